/** Real data that may lie beside the repository; tests that need it are skipped by name where it does not. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The path of `name` under `../shared/data`, seen from the repository's root. */
export function sharedPath(name: string): string {
  return fileURLToPath(new URL(`../../../../../shared/data/${name}`, import.meta.url))
}

export function isShared(name: string): boolean {
  return existsSync(sharedPath(name))
}
