/** The curves of a run: of an ensemble one for each network that has begun, since it has no epochs of its own. */
import path from 'node:path'
import { exists } from '../read.ts'
import type { NamedCurves } from '../run/curves.ts'
import { type RunFolder, runFolder } from '../run/folder.ts'
import type { Manifest } from '../run/manifest.ts'
import { readMetrics } from '../run/metrics.ts'
import { memberFolder } from './member.ts'

export interface RunCurves extends NamedCurves {
  readonly folder: string
  /** From 1, of an ensemble. */
  readonly member?: number
}

/** Without an epoch where none is finished; nothing where a search put the run together, which was not trained by itself. */
export async function curvesIn(
  { path: folder }: RunFolder,
  { ensemble, members }: Manifest,
): Promise<readonly RunCurves[]> {
  const name = path.basename(path.resolve(folder))
  if (members === 'trials') return []
  if (ensemble === undefined || members === 'snapshots') {
    return [{ folder, name, epochs: await readMetrics(runFolder(folder)) }]
  }
  const all = Array.from({ length: ensemble }, async (_, member): Promise<RunCurves> => {
    const own = memberFolder(folder, member)
    const epochs = (await exists(path.join(own.path, 'metrics.jsonl'))) ? await readMetrics(own) : []
    return { folder: own.path, name: `${name}, ${member + 1}`, member: member + 1, epochs }
  })
  return (await Promise.all(all)).filter(({ epochs }) => epochs.length > 0)
}
