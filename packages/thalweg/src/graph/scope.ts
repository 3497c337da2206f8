/** The path of the layer that is being recorded, stamped on every node it makes: errors, plans and findings use it. */

const path: string[] = []

export function currentScope(): string {
  return path.join('.')
}

/** Runs `record` with `name` added to the path. */
export function withScope<T>(name: string, record: () => T): T {
  path.push(name)
  try {
    return record()
  } finally {
    path.pop()
  }
}
