/** What stands in the place of wide.ts outside of Node, where no flag can be set: `#wide` in package.json chooses. */
import type { Features } from './features.ts'

export function turnOnWide(_: Features): boolean {
  return false
}
