/** A tiny WebAssembly module builder: one imported memory, functions, exports, and names for profilers. */
import { Bytes } from './bytes.ts'
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

interface FunctionType {
  readonly index: number
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

interface AssembledFunction {
  readonly name: string
  readonly type: number
  readonly body: Uint8Array
}

const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const
const FUNCTION_TYPE = 0x60
const EXTERNAL_FUNCTION = 0
const EXTERNAL_MEMORY = 2
const FUNCTION_NAMES = 1

export class ModuleBuilder {
  private readonly memory: MemoryImport
  private readonly types = new Map<string, FunctionType>()
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
    const { types, functions, exports, memory } = this
    const out = new Bytes().append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
    section(out, SECTION.type, (body) => {
      body.unsigned(types.size)
      for (const { parameters, results } of types.values()) {
        body.byte(FUNCTION_TYPE)
        for (const list of [parameters, results]) {
          body.unsigned(list.length)
          for (const value of list) body.byte(VALUE_TYPES[value])
        }
      }
    })
    section(out, SECTION.import, (body) => writeImport(body, memory))
    section(out, SECTION.function, (body) => {
      body.unsigned(functions.length)
      for (const { type } of functions) body.unsigned(type)
    })
    section(out, SECTION.export, (body) => {
      body.unsigned(exports.length)
      for (const { name, index } of exports) body.text(name).byte(EXTERNAL_FUNCTION).unsigned(index)
    })
    section(out, SECTION.code, (all) => {
      all.unsigned(functions.length)
      for (const { body } of functions) all.unsigned(body.length).append(body)
    })
    section(out, SECTION.custom, (body) => {
      body.text('name')
      section(body, FUNCTION_NAMES, (names) => {
        names.unsigned(functions.length)
        functions.forEach(({ name }, index) => {
          names.unsigned(index).text(name)
        })
      })
    })
    return out.written
  }

  private typeOf(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const signature = `${parameters}>${results}`
    const known = this.types.get(signature)
    if (known !== undefined) return known.index
    const index = this.types.size
    this.types.set(signature, { index, parameters, results })
    return index
  }
}

function writeImport(body: Bytes, { module, name, initialPages, maximumPages, shared }: MemoryImport): void {
  const limits = (maximumPages === undefined ? 0 : 1) | (shared ? 2 : 0)
  body.unsigned(1).text(module).text(name).byte(EXTERNAL_MEMORY).byte(limits).unsigned(initialPages)
  if (maximumPages !== undefined) body.unsigned(maximumPages)
}

function section(out: Bytes, id: number, write: (body: Bytes) => void): void {
  const body = new Bytes()
  write(body)
  out.byte(id).unsigned(body.length).append(body.written)
}
