/**
 * Draws the pictures of README and docs: `tsx --conditions=source scripts/pictures.ts`, after a build. The drawn digits
 * come from the generator itself, surfaces and the terminal from the built command line (a real run, about a minute;
 * `--no-run` leaves it out), the page of a run from Chromium (`CHROMIUM`, or `chromium` on the path).
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'
import { digits } from 'thalweg/data'

const IMAGES = join(import.meta.dirname, '../docs/images')

/** Gray pixels, row by row, as a PNG file (W3C Portable Network Graphics, third edition). */
function png(pixels: Uint8Array, width: number): Uint8Array {
  const height = pixels.length / width
  const rows = new Uint8Array(height * (width + 1)) // each row begins with its filter: 0, none
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, width)
  header.setUint32(4, height)
  header.setUint8(8, 8) // bits; color type 0 is gray
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const parts = [
    signature,
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]
  return Buffer.concat(parts)
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(body.length + 8)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), body.length + 4)
  return frame
}

/** Examples side by side, dark ink on paper, a little apart. */
function contactSheet(columns: number, rows: number): Uint8Array {
  const cell = 32
  const width = columns * cell
  const sheet = new Uint8Array(width * rows * cell).fill(255)
  const set = digits({ size: columns * rows, seed: 7 })
  const inputs = new Float32Array(set.size * 28 * 28)
  set.fill(
    Int32Array.from({ length: set.size }, (_, row) => row),
    inputs,
    new Int32Array(set.size),
  )
  for (let i = 0; i < set.size; i++)
    for (let y = 0; y < 28; y++)
      for (let x = 0; x < 28; x++) {
        const at = (Math.floor(i / columns) * cell + y + 2) * width + (i % columns) * cell + x + 2
        sheet[at] = Math.round(255 * (1 - inputs[(i * 28 + y) * 28 + x]))
      }
  return png(sheet, width)
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Lines of text as a terminal window. */
function terminal(title: string, lines: readonly string[]): string {
  const lineHeight = 19
  const width = 24 * 2 + 8.43 * Math.max(...lines.map((line) => line.length))
  const height = 52 + lineHeight * lines.length + 18
  const text = lines.map(
    (line, i) => `<text x="24" y="${62 + i * lineHeight}" xml:space="preserve">${escaped(line)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<rect width="100%" height="100%" rx="10" fill="#14181f"/>
<g fill="#3b4350"><circle cx="24" cy="20" r="6"/><circle cx="44" cy="20" r="6"/><circle cx="64" cy="20" r="6"/></g>
<text x="50%" y="25" text-anchor="middle" fill="#8b95a5">${escaped(title)}</text>
<g fill="#d8dee9">
${text.join('\n')}
</g>
</svg>
`
}

/** Runs the built command line; what it said. */
function thalweg(args: readonly string[], cwd: string): string {
  const bin = join(import.meta.dirname, '../packages/cli/dist/bin.js')
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`thalweg ${args.join(' ')} failed:\n${stdout}${stderr}`)
  return `${stdout}${stderr}`
}

function trainDigits(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-pictures-'))
  const said = thalweg(['train', 'digits', '--out', 'runs/digits'], folder)
  rmSync(folder, { recursive: true })
  return said.trim().split('\n')
}

/** The loss under four rates, low to very high: short runs of one small network. */
function learningRates(): void {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-pictures-'))
  const rates = { low: 0.001, good: 0.3, high: 3, 'very-high': 10 }
  const recipe = ['--optimizer', 'sgd', '--schedule', 'fixed', '--epochs', '60']
  for (const [name, rate] of Object.entries(rates)) {
    thalweg(['train', 'spiral', ...recipe, '--learning-rate', String(rate), '--out', name], folder)
  }
  thalweg(['plot', ...Object.keys(rates), '--svg', join(IMAGES, 'learning-rates.svg')], folder)
  rmSync(folder, { recursive: true })
}

/** The upper part of the page that a mended run leaves. */
function reportPage(): void {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-pictures-'))
  thalweg(['train', 'spiral', '--learning-rate', '10', '--babysit', 'fix', '--seed', '1', '--out', 'spiral'], folder)
  const chromium = process.env.CHROMIUM ?? 'chromium'
  const picture = `--screenshot=${join(IMAGES, 'report.png')}`
  const page = pathToFileURL(join(folder, 'spiral/report.html')).href
  const look = ['--headless', '--no-sandbox', '--hide-scrollbars', '--window-size=940,1000']
  const { error, status } = spawnSync(chromium, [...look, picture, page])
  if (error || status !== 0) throw new Error(`${chromium} took no picture: ${error?.message ?? `status ${status}`}`)
  rmSync(folder, { recursive: true })
}

learningRates()
reportPage()
for (const [name, ...init] of [['small-random', '--scale', '0.01'], ['unit-random'], ['xavier']]) {
  const svg = `initialization-${name}.svg`
  thalweg(['inspect', 'digits', '--depth', '10', '--init', name, ...init, '--svg', svg], IMAGES)
}
writeFileSync(join(IMAGES, 'digits.png'), contactSheet(24, 6))
thalweg(['surfaces', 'beale', '--svg', 'surface-beale.svg', '--animate'], IMAGES)
thalweg(['surfaces', 'long-valley', '--svg', 'surface-long-valley.svg'], IMAGES)
thalweg(['surfaces', 'saddle', '--svg', 'surface-saddle.svg'], IMAGES)
if (!process.argv.includes('--no-run'))
  writeFileSync(join(IMAGES, 'train-digits.svg'), terminal('npm start', trainDigits()))
