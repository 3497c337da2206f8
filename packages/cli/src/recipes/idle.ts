/** An option that would change nothing is refused, lest someone rely on it. */
import { usage } from '../errors.ts'

export function idle(flag: string, received: string, advice: string): Error {
  return usage('idle-option', {
    rule: `train: ${flag} must mean something to what is trained`,
    received: `${flag}, for ${received}`,
    try: advice,
  })
}
