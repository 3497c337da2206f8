/**
 * How much of a page's loading the library is: bundled, minified and gzipped, in full and for what common programs take.
 *
 *   npm run size               a line for each
 *   npm run size -- fit        and what this one consists of, folder by folder
 *
 * Where the bytes go, in KB gzipped: what a bundle would be smaller by without the room.
 *
 *              tensor    fit   full
 *   backend      26       27     49   assembler 5, loops 7, matrix products 5, functions 2, threads 4, the rest 4
 *   compile      17       17     18   simplify 3, schedule 11, engine, plan and its printing 3
 *   graph         4        4      4   what a valid node is, and the words where it is not
 *   grad          2        2      4
 *   tensor, base  3        4      7
 *   nn, optim     -        6     29
 *   data          -        3     29
 *   train         -       11     22   options, step, session, events, evaluation, prediction
 *   diagnose, tune -       -     41
 *
 * Convolutions and pooling, 12, come with the ops that make such nodes (backend/wasm/families.ts); statistics of batch norm,
 * checkpoints and mends are loaded when a run needs them; the probe of 256-bit vectors is Node's alone (`#wide`). Words of
 * errors are 6 of `fit` and 24 of all; shorter names of properties, which would need a step after the compiler, 3 and 7.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type BuildResult, build, type PluginBuild } from 'esbuild'
import { suggest } from 'thalweg/base'
import { usage } from '../packages/cli/src/errors.ts'
import { type CommandDescription, runCommand } from './options.ts'

const ROOT = join(import.meta.dirname, '..')
const SOURCE = 'packages/thalweg/src/'
const ROOMS = [
  'tensor',
  'nn',
  'optim',
  'data',
  'train',
  'diagnose',
  'tune',
  'grad',
  'compile',
  'backend',
  'graph',
  'base',
]
const everyRoom = ROOMS.map((room) => `export * as ${room} from 'thalweg/${room}'`).join('\n')

/** What a program imports, as its source. */
export const PROGRAMS: Readonly<Record<'full' | 'fit' | 'tensor', string>> = {
  full: `export * from 'thalweg'\n${everyRoom}`,
  fit: `export { arrays } from 'thalweg/data'
export { crossEntropy, dense, relu, sequential } from 'thalweg/nn'
export { adam } from 'thalweg/optim'
export { fit } from 'thalweg/train'`,
  tensor: `export { compiled, gradients, matmul, tensor } from 'thalweg/tensor'`,
}

export interface Size {
  readonly minified: number
  readonly gzipped: number
  /** Minified bytes of each source file that is in it, by its path in the library's source. */
  readonly files: ReadonlyMap<string, number>
}

/**
 * A program for browsers, as any bundler would write it: straight from source, which is what `dist` is made of. What is only
 * imported once it is needed is left out, as a bundler leaves it to a file of its own.
 */
export function bundle(program: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: { contents: program, resolveDir: ROOT, loader: 'ts' },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    conditions: ['source'],
    legalComments: 'none',
    plugins: [{ name: 'later', setup: leaveDynamicImports }],
  })
}

export async function sizeOf(program: string): Promise<Size> {
  const { outputFiles, metafile } = await bundle(program)
  const [{ contents }] = outputFiles
  const [{ inputs }] = Object.values(metafile.outputs)
  const files = Object.entries(inputs)
    .filter(([path, { bytesInOutput }]) => path.startsWith(SOURCE) && bytesInOutput > 0)
    .map(([path, { bytesInOutput }]) => [path.slice(SOURCE.length), bytesInOutput] as const)
  return { minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length, files: new Map(files) }
}

function leaveDynamicImports({ onResolve }: PluginBuild): void {
  onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined))
}

/** The heaviest folders: a room, or a room within a room. */
function foldersOf({ files }: Size): [string, number][] {
  const folders = new Map<string, number>()
  for (const [path, bytes] of files) {
    const folder = path.split('/').slice(0, -1).slice(0, 2).join('/') || path
    folders.set(folder, (folders.get(folder) ?? 0) + bytes)
  }
  return [...folders].sort(([, a], [, b]) => b - a)
}

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`

const command: CommandDescription<object> = {
  name: 'npm run size',
  about: 'How much of a page the library is: bundled, minified and gzipped, in full and for what common programs take.',
  words: { placeholder: 'NAME', about: `and what this one consists of: ${Object.keys(PROGRAMS).join(', ')}` },
  options: {},
}

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.find((name) => !Object.hasOwn(PROGRAMS, name))
  if (unknown !== undefined)
    throw usage('bad-value', {
      rule: 'npm run size: the name must be that of a program that is weighed',
      received: unknown,
      try: suggest(unknown, Object.keys(PROGRAMS), 'programs'),
    })
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const size = await sizeOf(program)
    console.log(
      `${name.padEnd(8)}${kilobytes(size.minified).padStart(10)} minified${kilobytes(size.gzipped).padStart(10)} gzipped`,
    )
    if (!asked.includes(name)) continue
    for (const [folder, bytes] of foldersOf(size)) console.log(`${kilobytes(bytes).padStart(12)}  ${folder}`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runCommand(command, (_, words) => main(words))
