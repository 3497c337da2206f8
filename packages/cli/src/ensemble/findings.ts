/**
 * What is found of the members of an ensemble. They have data and model in common, and so most of what there is to find:
 * each thing is said once, of the first member that had it, and told and kept of every one, with its number.
 */
import type { FindingEvent } from 'thalweg/train'
import { appendCase, readCaseFile } from '../run/case-file.ts'
import type { RunFolder } from '../run/folder.ts'
import { sayFinding } from '../terminal/findings.ts'
import type { Voice } from '../voice.ts'

/** Told in full; what follows is most often their consequence. */
const FULL = 3

/** @param member from 0; nothing where all members are one network */
export type TellFinding = (event: FindingEvent, member?: number) => void

/** What earlier sittings have told is told already. */
export async function createTeller(folder: RunFolder, voice: Voice): Promise<TellFinding> {
  const { findings } = await readCaseFile(folder)
  const said = new Set(findings.map(kindOf))
  const kept = new Set(findings.map((one) => `${kindOf(one)} ${one.member}`))
  let warnings = 0
  return (event, from) => {
    const member = from === undefined ? undefined : from + 1
    const kind = kindOf(event)
    if (kept.has(`${kind} ${member}`)) return
    kept.add(`${kind} ${member}`)
    voice.event({ ...event, ...(member !== undefined && { member }) })
    appendCase(folder, event, member)
    if (said.has(kind)) return
    said.add(kind)
    if (event.severity !== 'info') warnings++
    sayFinding(event, voice, warnings > FULL)
  }
}

function kindOf({ code, severity }: Pick<FindingEvent, 'code' | 'severity'>): string {
  return `${code} ${severity}`
}
