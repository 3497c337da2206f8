/**
 * What the documentation shows is TypeScript that compiles, and runs where it is a whole program and a short one; its list of
 * errors is the one in the source.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { errorsPage } from './error-codes.ts'
import { pages } from './pages.ts'

const top = resolve(import.meta.dirname, '..')

/** Each ```ts block as a file of its own, with the line of the page on which it begins. */
function blocksOf(page: string): { file: string; text: string; line: number }[] {
  const lines = readFileSync(join(top, page), 'utf8').split('\n')
  const blocks: { file: string; text: string; line: number }[] = []
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] !== '```ts') continue
    const end = lines.indexOf('```', at)
    const file = join(top, page.replace(/[.]md$/, `.line${at + 1}.ts`))
    blocks.push({ file, text: lines.slice(at + 1, end).join('\n'), line: at + 1 })
    at = end
  }
  return blocks
}

/** Compiles files that exist only here as a user's program would be; returns what the compiler says. */
function complaints(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(top, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, top)
  const own = { declaration: false, isolatedDeclarations: false, noEmit: true, customConditions: ['source'] }
  const all: ts.CompilerOptions = { ...options, ...own }
  const host = ts.createCompilerHost(all)
  const { readFile, fileExists } = host
  host.readFile = (name) => files.get(name) ?? readFile(name)
  host.fileExists = (name) => files.has(name) || fileExists(name)
  const program = ts.createProgram([...files.keys()], all, host)
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map(({ messageText, start = 0 }) => {
      const line = source ? source.getLineAndCharacterOfPosition(start).line + 1 : 0
      return `${name.slice(top.length + 1)}, line ${line} of the block: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
  })
}

/** A page shows a part of a program, a file for the command line, or one that reads a file of the reader's. */
const NO_PROGRAM = /^declare |^export default|[.]csv'/m
/** Programs that train for longer are left to the reader. */
const MOST_EPOCHS = 6

/** Runs programs one after another in one process; returns what those that failed threw. */
function failures(programs: readonly { readonly file: string; readonly text: string }[]): string[] {
  // There imports of the library lead to this one, and nothing else looks for files.
  const folder = mkdtempSync(join(top, 'node_modules', '.programs-'))
  try {
    const names = programs.map(({ file, text }, index) => {
      const name = `${index}-${basename(file)}`
      writeFileSync(join(folder, name), text)
      return name
    })
    const runner = `for (const name of ${JSON.stringify(names)})
      await import('./' + name).catch((error) => console.error(name + ': ' + error.message.replaceAll('\\n', ' | ')))`
    writeFileSync(join(folder, 'run.ts'), runner)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    mkdirSync(join(folder, 'cwd'))
    const args = ['--conditions=source', '--import', 'tsx', join(folder, 'run.ts')]
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: join(folder, 'cwd'), encoding: 'utf8' })
    const said = stderr.split('\n').filter((line) => line !== '')
    return status === 0 ? said : [...said, `ended with ${status}`]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('documentation', () => {
  it('shows programs that run', { timeout: 300_000 }, () => {
    const programs = pages.flatMap(blocksOf).filter(({ text }) => {
      const epochs = [...text.matchAll(/epochs: (\d+)/g)].map(([, count]) => Number(count))
      return !NO_PROGRAM.test(text) && Math.max(0, ...epochs) <= MOST_EPOCHS
    })
    expect(programs.length).toBeGreaterThan(30)
    // One that compiles and does not run, to see that somebody looks.
    const broken = `import { dense } from 'thalweg/nn'\ndense(-1)`
    expect(failures([...programs, { file: 'broken.ts', text: broken }])).toEqual([
      expect.stringMatching(/-broken.ts: dense: units must be/),
    ])
  })

  it('shows programs that compile, and so do the files for the command line', () => {
    const files = new Map(pages.flatMap(blocksOf).map(({ file, text }) => [file, text]))
    expect(files.size).toBeGreaterThan(15)
    for (const name of ['experiment', 'fashion-mnist', 'search']) {
      const file = join(top, `examples/${name}.ts`)
      files.set(file, readFileSync(file, 'utf8'))
    }
    // One that does not compile, to see that somebody looks.
    files.set(join(top, 'docs/broken.ts'), `import { adam } from 'thalweg/optim'\nadam({ learningRat: 1 })`)
    expect(complaints(files)).toEqual([expect.stringMatching(/^docs\/broken.ts, line 2 of the block: .*learningRat/)])
  })

  it('lists every error code (npm run docs brings the page up to date)', () => {
    const page = readFileSync(join(top, 'docs/guide/errors.md'), 'utf8')
    expect(page).toBe(errorsPage(page))
  })

  it('links to files that exist', () => {
    const missing = pages.flatMap((page) => {
      const text = readFileSync(join(top, page), 'utf8')
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, target]) => target)
      return links.filter((target) => !exists(resolve(top, page, '..', target))).map((target) => `${page}: ${target}`)
    })
    expect(missing).toEqual([])
  })
})

function exists(path: string): boolean {
  return ts.sys.fileExists(path) || ts.sys.directoryExists(path)
}
