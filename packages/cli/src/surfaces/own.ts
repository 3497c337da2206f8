/** A surface from a file: `export default defineSurface({ ... })`. */
import { ThalwegError } from 'thalweg'
import type { Surface } from 'thalweg/optim'
import { usage } from '../errors.ts'
import { readFile } from '../read.ts'
import { importDefault } from '../source/experiment.ts'

export async function loadSurface(file: string): Promise<Surface> {
  await readFile(file)
  const exported = await importDefault(file, (message, cause) => {
    return new ThalwegError('cli/broken-surface', {
      rule: `${file}: the surface file must run`,
      received: message,
      try: 'correct the file; THALWEG_DEBUG=1 shows the whole trace',
      cause,
    })
  })
  if (isSurface(exported)) return exported
  throw usage('not-a-surface', {
    rule: `${file}: a surface file must export a surface by default`,
    received: typeof exported === 'object' && exported !== null ? Object.keys(exported).join(', ') : typeof exported,
    try: "export default defineSurface({ height: (x, y) => ..., domain: { x: [-2, 2], y: [-2, 2] } }), from 'thalweg/optim'",
  })
}

/** What only `defineSurface` completes. */
function isSurface(value: unknown): value is Surface {
  if (typeof value !== 'object' || value === null) return false
  return ['height', 'domain', 'starts', 'minima', 'settings'].every((field) => field in value)
}
