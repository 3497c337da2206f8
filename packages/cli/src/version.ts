/** Versions, as the packages' own manifests state them. */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

function versionIn(manifest: string): string {
  const { version } = require(manifest) as { readonly version: string }
  return version
}

export const cliVersion: string = versionIn('../package.json')
export const libraryVersion: string = versionIn('thalweg/package.json')
