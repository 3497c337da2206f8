/** Every kind of fault, by family. Adding one touches its family's file alone. */
import { data } from './data.ts'
import type { Kind } from './kind.ts'
import { layers } from './layers.ts'
import { outputs } from './outputs.ts'
import { rates } from './rates.ts'
import { training } from './training.ts'
import { weights } from './weights.ts'

export const kinds: readonly Kind[] = [...rates, ...weights, ...layers, ...outputs, ...data, ...training]

export function kindNamed(name: string): Kind {
  const kind = kinds.find((one) => one.name === name)
  if (kind) return kind
  throw new Error(`no kind of fault '${name}'; there are: ${kinds.map((one) => one.name).join(', ')}`)
}
