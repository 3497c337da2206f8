/** An ensemble in a folder: `ensemble.json`, and `member-1.safetensors` and so on. Node only. */
import { ThalwegError } from '../../base/index.ts'
import type { Target } from '../../data/index.ts'
import type { Model } from '../../nn/index.ts'
import { namedArrays } from '../../train/array-names.ts'
import { readBytes, writeFileAtomic } from '../../train/files.ts'
import { encodeSafetensors, type StoredArray } from '../../train/index.ts'
import { decodeSafetensors } from '../../train/safetensors.ts'
import type { Combine } from './combine.ts'
import { type Member, memberOf } from './member.ts'

export interface EnsembleRecord {
  readonly version: 1
  readonly members: number
  readonly combine?: Combine | undefined
  readonly temperature: number
  readonly inputShape: readonly number[]
  readonly target: Target
}

const RECORD = 'ensemble.json'

function weightsOf(folder: string, member: number): string {
  return `${folder}/member-${member + 1}.safetensors`
}

export async function saveMembers(
  folder: string,
  members: readonly Member[],
  options: Pick<EnsembleRecord, 'combine' | 'temperature'>,
): Promise<void> {
  for (const [member, { store }] of members.entries()) {
    const arrays = new Map<string, StoredArray>(Object.entries(store.save()))
    await writeFileAtomic(weightsOf(folder, member), await encodeSafetensors({ arrays, metadata: {} }))
  }
  const [{ inputShape, target }] = members
  const record: EnsembleRecord = { version: 1, members: members.length, ...options, inputShape, target }
  // Written last: where it is, everything else is too.
  await writeFileAtomic(`${folder}/${RECORD}`, `${JSON.stringify(record, undefined, 2)}\n`)
}

export async function loadMembers(
  folder: string,
  modelOf: (member: number) => Model,
): Promise<{ members: Member[]; combine: Combine | undefined; temperature: number }> {
  const file = `${folder}/${RECORD}`
  const { members: count, combine, temperature, ...options } = parseRecord(await readBytes(file), file)
  const members: Member[] = []
  for (let member = 0; member < count; member++) {
    const path = weightsOf(folder, member)
    const { arrays } = await decodeSafetensors(await readBytes(path), path)
    members.push(memberOf(modelOf(member), namedArrays(arrays), options))
  }
  return { members, combine, temperature }
}

function parseRecord(bytes: Uint8Array, file: string): EnsembleRecord {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (isRecord(value)) return value
  } catch (cause) {
    throw badRecord(file, cause instanceof Error ? cause.message : String(cause))
  }
  throw badRecord(file, 'JSON with something else in it')
}

function isRecord(value: unknown): value is EnsembleRecord {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) return false
  return ['members', 'temperature', 'inputShape', 'target'].every((field) => field in value)
}

function badRecord(file: string, received: string): ThalwegError {
  return new ThalwegError('tune/bad-ensemble', {
    rule: `read ${file}: it must be an ensemble that this version saved`,
    received,
    try: 'name the folder that save() wrote to',
  })
}
