/**
 * What is found of the members of an ensemble. They have data and model in common, and so most of what there is to find:
 * each thing is told once, and stands once in the case file of the ensemble's run, with the first member that had it.
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
  const told = new Set(findings.map(keyOf))
  let warnings = 0
  return (event, member) => {
    if (told.has(keyOf(event))) return
    told.add(keyOf(event))
    if (event.severity !== 'info') warnings++
    const of = member === undefined ? undefined : { member: member + 1 }
    sayFinding(event, voice, warnings > FULL)
    voice.event({ ...event, ...of })
    appendCase(folder, { ...event, ...of })
  }
}

function keyOf({ code, severity }: Pick<FindingEvent, 'code' | 'severity'>): string {
  return `${code} ${severity}`
}
