/**
 * The codes of all errors and notes, read off the source, as tables for docs/guide/errors.md. `npm run docs` writes them
 * there; a slow test fails where they are out of date.
 *
 * An error is a call whose first argument is its code and whose second holds `rule`; a note is an object with a `code`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

const top = resolve(import.meta.dirname, '..')
const page = join(top, 'docs/guide/errors.md')
const CODE = /^[a-z]+\/[a-z0-9-]+$/
/** More rules than these under one code say no more about it. */
const RULES_SHOWN = 2

/** For each code, the rules it is thrown for. */
type Codes = Map<string, Set<string>>

/** The page as it should be. */
export function errorsPage(text: string): string {
  const { errors, notes } = readCodes()
  return filled(filled(text, 'errors', table(errors, 'rule')), 'notes', table(notes, 'says'))
}

function readCodes(): { errors: Codes; notes: Codes } {
  const errors: Codes = new Map()
  const notes: Codes = new Map()
  for (const room of ['packages/thalweg/src', 'packages/cli/src']) {
    for (const file of readdirSync(join(top, room), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const text = readFileSync(join(top, room, file), 'utf8')
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true)
      visit(source, errors, notes)
    }
  }
  return { errors, notes }
}

function visit(node: ts.Node, errors: Codes, notes: Codes): void {
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
    const [first, second] = node.arguments ?? []
    const code = codeOf(node, first)
    const rule = second && ts.isObjectLiteralExpression(second) ? property(second, 'rule') : undefined
    if (code !== undefined && (rule || ts.isStringLiteral(first))) remember(errors, code, rule && words(rule))
  }
  if (ts.isObjectLiteralExpression(node)) {
    const code = property(node, 'code')
    const message = node.properties.find((each) => each.name?.getText() === 'message')
    if (code && ts.isStringLiteral(code) && CODE.test(code.text) && message) remember(notes, code.text, undefined)
  }
  ts.forEachChild(node, (child) => visit(child, errors, notes))
}

/** The command line's `usage('no-run', ...)` makes `usage/no-run`. */
function codeOf(call: ts.NewExpression | ts.CallExpression, first: ts.Expression | undefined): string | undefined {
  if (!first || !ts.isStringLiteral(first)) return undefined
  const code = call.expression.getText() === 'usage' ? `usage/${first.text}` : first.text
  return CODE.test(code) && isErrorCall(call) ? code : undefined
}

/** Not a stream of random numbers, not a test of membership. */
function isErrorCall({ expression }: ts.NewExpression | ts.CallExpression): boolean {
  return ts.isIdentifier(expression) && expression.text !== 'random'
}

function property(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = object.properties.find((each) => each.name?.getText() === name)
  return found && ts.isPropertyAssignment(found) ? found.initializer : undefined
}

/** A text as it stands in the source: `{name}` where a value goes in, an ellipsis for anything longer. */
function words(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  const spans = node.templateSpans.map(({ expression, literal }) => {
    const value = expression.getText()
    return (/^[\w. -]{1,24}$/.test(value) ? `{${value}}` : '…') + literal.text
  })
  return node.head.text + spans.join('')
}

function remember(codes: Codes, code: string, rule: string | undefined): void {
  const rules = codes.get(code) ?? new Set()
  if (rule !== undefined) rules.add(rule)
  codes.set(code, rules)
}

function table(codes: Codes, column: 'rule' | 'says'): string {
  const rows = [...codes].sort(([a], [b]) => (a < b ? -1 : 1))
  if (column === 'says') return rows.map(([code]) => `\`${code}\``).join(', ')
  const lines = rows.map(([code, rules]) => {
    const shown = [...rules].slice(0, RULES_SHOWN).map((rule) => rule.replaceAll('|', '\\|'))
    const more = rules.size > RULES_SHOWN ? [`and ${rules.size - RULES_SHOWN} more`] : []
    return `| \`${code}\` | ${[...shown, ...more].join('<br>')} |`
  })
  return ['| code | the rule that broke |', '|---|---|', ...lines].join('\n')
}

/** What stands between the marks `<!-- name -->` and `<!-- /name -->`, replaced. */
function filled(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name}: written by npm run docs -->`, `<!-- /${name} -->`]
  const start = text.indexOf(open)
  const end = text.indexOf(close)
  if (start < 0 || end < start) throw new Error(`the page has no place for ${name}`)
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(page, errorsPage(readFileSync(page, 'utf8')))
}
