/** A tiny WebAssembly module builder: one imported memory, functions, exports, and names for profilers. */
import { append, text, unsigned } from './bytes.ts'
import { Code, type FunctionReference } from './code.ts'
import { VALUE_TYPES, type ValueType } from './opcodes.ts'

export interface MemoryImport {
  readonly module: string
  readonly name: string
  /** Pages of 64 KiB. A shared memory must say its maximum. */
  readonly initialPages: number
  readonly maximumPages?: number
  readonly shared?: boolean
}

interface AssembledFunction {
  readonly name: string
  readonly type: number
  readonly body: readonly number[]
}

const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const
const FUNCTION_TYPE = 0x60
const EXTERNAL_FUNCTION = 0
const EXTERNAL_MEMORY = 2
const FUNCTION_NAMES = 1

export class ModuleBuilder {
  private readonly memory: MemoryImport
  private readonly types: string[] = []
  private readonly functions: AssembledFunction[] = []
  private readonly exports: { readonly name: string; readonly index: number }[] = []

  constructor(memory: MemoryImport) {
    this.memory = memory
  }

  /** Adds a function; `write` fills its body. Its parameters are `code.parameters`. */
  function(
    name: string,
    parameters: readonly ValueType[],
    write: (code: Code) => void,
    results: readonly ValueType[] = [],
  ): FunctionReference {
    const code = new Code(parameters)
    write(code)
    this.functions.push({ name, type: this.typeOf(parameters, results), body: code.finish() })
    return { index: this.functions.length - 1 }
  }

  export(name: string, { index }: FunctionReference): void {
    this.exports.push({ name, index })
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const out = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    section(out, SECTION.type, (body) => {
      unsigned(body, this.types.length)
      for (const type of this.types) append(body, type.split(',').map(Number))
    })
    section(out, SECTION.import, (body) => writeImport(body, this.memory))
    section(out, SECTION.function, (body) => {
      unsigned(body, this.functions.length)
      for (const { type } of this.functions) unsigned(body, type)
    })
    section(out, SECTION.export, (body) => {
      unsigned(body, this.exports.length)
      for (const { name, index } of this.exports) {
        text(body, name)
        body.push(EXTERNAL_FUNCTION)
        unsigned(body, index)
      }
    })
    section(out, SECTION.code, (body) => {
      unsigned(body, this.functions.length)
      for (const entry of this.functions) {
        unsigned(body, entry.body.length)
        append(body, entry.body)
      }
    })
    section(out, SECTION.custom, (body) => {
      text(body, 'name')
      section(body, FUNCTION_NAMES, (names) => {
        unsigned(names, this.functions.length)
        this.functions.forEach(({ name }, index) => {
          unsigned(names, index)
          text(names, name)
        })
      })
    })
    return Uint8Array.from(out)
  }

  private typeOf(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const bytes = [FUNCTION_TYPE]
    for (const list of [parameters, results]) {
      unsigned(bytes, list.length)
      for (const type of list) bytes.push(VALUE_TYPES[type])
    }
    const signature = bytes.join()
    const known = this.types.indexOf(signature)
    return known >= 0 ? known : this.types.push(signature) - 1
  }
}

function writeImport(body: number[], memory: MemoryImport): void {
  unsigned(body, 1)
  text(body, memory.module)
  text(body, memory.name)
  const hasMaximum = memory.maximumPages !== undefined
  body.push(EXTERNAL_MEMORY, (hasMaximum ? 1 : 0) | (memory.shared ? 2 : 0))
  unsigned(body, memory.initialPages)
  if (memory.maximumPages !== undefined) unsigned(body, memory.maximumPages)
}

function section(out: number[], id: number, write: (body: number[]) => void): void {
  const body: number[] = []
  write(body)
  out.push(id)
  unsigned(out, body.length)
  append(out, body)
}
