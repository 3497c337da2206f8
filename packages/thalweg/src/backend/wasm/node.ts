/**
 * What Node knows and a page does not: built-in modules without an import (which would break pages and bundles), and
 * settings from the environment. Nothing of it is there in a browser, and no caller may need it.
 */

interface NodeProcess {
  readonly arch?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly versions?: { readonly v8?: string }
  readonly getBuiltinModule?: (name: string) => unknown
}

const node: NodeProcess = (globalThis as { readonly process?: NodeProcess }).process ?? {}

export function nodeModule<Module>(name: string): Module | undefined {
  return node.getBuiltinModule?.(name) as Module | undefined
}

/** An environment variable; undefined where it is empty. */
export function setting(name: string): string | undefined {
  return node.env?.[name] || undefined
}

/** The machine's architecture and the first number of V8's version: `x64`, 13. */
export function nodeEngine(): { readonly architecture: string; readonly v8: number } | undefined {
  const { arch: architecture, versions } = node
  const v8 = Number.parseInt(versions?.v8 ?? '', 10)
  return architecture === undefined || Number.isNaN(v8) ? undefined : { architecture, v8 }
}
