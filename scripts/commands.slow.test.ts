/**
 * Commands that the documentation shows exist: options are known, files and tests are there. Those of the article's page
 * that take no minutes are run as they stand.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createProgram, main } from '../packages/cli/src/main.ts'
import { commandsOf, type Shown } from './commands.ts'
import { pages } from './pages.ts'

const top = resolve(import.meta.dirname, '..')
const shown = pages.flatMap((page) => commandsOf(page, readFileSync(join(top, page), 'utf8')))
const ofArticle = shown.filter(({ place }) => place.startsWith('docs/article.md'))
const told = ({ place, words }: Shown): string => `${place}: ${words.join(' ')}`

/** What the command line says against these words, without doing anything. */
async function complaint(words: readonly string[], isMention = false): Promise<string | undefined> {
  const silent = { write: () => true }
  const gone = new AbortController().signal
  const program = createProgram({ streams: { stdout: silent, stderr: silent }, finish: () => undefined, gone })
  for (const command of program.commands) command.action(() => undefined)
  // An option named by itself may be of any command: running text goes from one to the next.
  const last = words[words.length - 1]
  if (isMention && program.commands.some(({ options }) => options.some(({ long }) => long === last))) return undefined
  try {
    await program.parseAsync(words.slice(1), { from: 'user' })
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'commander.helpDisplayed') return undefined
    // What is only named goes without what it needs.
    const isBare = code === 'commander.missingArgument' || code === 'commander.optionMissingArgument'
    return isMention && isBare ? undefined : `${error}`
  }
}

/** Every test in these files, with its full name as `-t` sees it. */
function testsIn(files: readonly string[]): { file: string; name: string }[] {
  const vitest = [join(top, 'node_modules/vitest/vitest.mjs'), 'list', ...files, '--json']
  const text = execFileSync(process.execPath, vitest, { cwd: top, encoding: 'utf8', maxBuffer: 2 ** 26 })
  const tests: { file: string; name: string }[] = JSON.parse(text.slice(text.indexOf('[')))
  return tests.map(({ file, name }) => ({ file, name: name.replaceAll(' > ', ' ') }))
}

describe('commands of the documentation', () => {
  it('are found', () => {
    expect(shown.length).toBeGreaterThan(150)
    expect(ofArticle.length).toBeGreaterThan(100)
    const page =
      '`thalweg train x --epochs 1`, `--seed 2`, `--epochs 3`, `--json`\n\n    npx vitest run "a b"   # why\n```ts\nthalweg no\n```'
    const train = ['thalweg', 'train', 'x', '--epochs', '1']
    expect(commandsOf('page.md', page)).toEqual([
      { place: 'page.md:1', words: train, isMention: false },
      { place: 'page.md:1', words: [...train, '--seed', '2'], isMention: false },
      { place: 'page.md:1', words: ['thalweg', 'train', 'x', '--epochs', '3'], isMention: false },
      { place: 'page.md:1', words: [...train, '--json'], isMention: true },
      { place: 'page.md:3', words: ['vitest', 'run', 'a b'], isMention: false },
    ])
  })

  it('of thalweg have options that exist', async () => {
    const wrong: string[] = []
    for (const one of shown.filter(({ words }) => words[0] === 'thalweg')) {
      const said = await complaint(one.words, one.isMention)
      if (said !== undefined) wrong.push(`${told(one)}\n${said}`)
    }
    expect(wrong).toEqual([])
    // Some that are wrong, to see that somebody looks.
    expect(await complaint('thalweg train moons --epoch 1'.split(' '))).toMatch(/unknown option/)
    expect(await complaint('thalweg train moons --epochs few'.split(' '))).toMatch(/must be an integer/)
    expect(await complaint('thalweg test'.split(' '))).toMatch(/missing required/)
  })

  it('of npm are scripts, with files that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'))
    const calls = shown.filter(({ words: [program, command] }) => program === 'npm' && command === 'run')
    const wrong = calls.filter(
      ({ words: [, , script, file] }) =>
        !Object.hasOwn(scripts, script) || (script === 'example' && !existsSync(join(top, file))),
    )
    expect(calls.length).toBeGreaterThan(10)
    expect(wrong.map(told)).toEqual([])
  })

  it('of vitest find files, and in them tests of the words that they name', () => {
    const calls = shown
      .filter(({ words: [program, , file] }) => program === 'vitest' && file !== 'FILE')
      .map((one) => ({ one, file: one.words[2], pattern: new RegExp(one.words[one.words.indexOf('-t') + 1] ?? '') }))
    const tests = testsIn([...new Set(calls.map(({ file }) => file))])
    const wrong = calls.filter(({ one, file, pattern }) => {
      const isAny = !one.words.includes('-t')
      return !tests.some((test) => test.file.includes(file) && (isAny || pattern.test(test.name)))
    })
    expect(calls.length).toBeGreaterThan(50)
    expect(wrong.map(({ one }) => told(one))).toEqual([])
  })
})

describe("the article's commands", () => {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-commands-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  // Three cultivars that two of three figures tell apart, where the reader has a table of his own.
  const rows = Array.from(
    { length: 90 },
    (_, row) => `k${row % 3},${row % 7},${(row % 3) * 2 + (row % 5) / 5},${row % 2}`,
  )
  writeFileSync(join(folder, 'wine.csv'), `cultivar,a,b,c\n${rows.join('\n')}\n`)

  /** Minutes: networks of convolutions, and searches. */
  const isLong = ({ words: [, command, target] }: Shown): boolean =>
    command === 'tune' || (target === 'digits' && command !== 'inspect')
  const quick = ofArticle.filter((one) => one.words[0] === 'thalweg' && !one.isMention && !isLong(one))

  it.each(quick.map((one) => [told(one), one.words] as const))('%s', async (place, words) => {
    const own = words.slice(1).map((word) => (/^runs\/|[.](csv|svg)$/.test(word) ? join(folder, word) : word))
    const isLoose = words[1] === 'train' && !words.includes('--out')
    const out = isLoose ? ['--out', join(folder, place.replaceAll(/\W+/g, '-'))] : []
    const written: string[] = []
    const stream = { write: (text: string) => written.push(text) > 0 }
    const code = await main([...own, ...out], { stdout: stream, stderr: stream })
    expect([code, written.join('')]).toEqual([0, expect.stringMatching(/\S/)])
  })

  it('name functions that the library has', async () => {
    const { exports } = JSON.parse(readFileSync(join(top, 'packages/thalweg/package.json'), 'utf8'))
    const rooms = Object.keys(exports).filter((door) => !door.endsWith('.json'))
    const faces = await Promise.all(rooms.map((door) => import(/* @vite-ignore */ `thalweg${door.slice(1)}`)))
    const known = new Set(faces.flatMap((face) => Object.keys(face)))
    const cells = readFileSync(join(top, 'docs/article.md'), 'utf8').match(/(?<=^\|[^|]*\|)[^|]*/gm) ?? []
    const spans = cells.flatMap((cell) => cell.match(/(?<=`)[^`]+(?=`)/g) ?? [])
    const named = spans.flatMap((span) => span.match(/[A-Za-z]\w*(?=\()/g) ?? [])
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })
})
