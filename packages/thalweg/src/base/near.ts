/** Names near a mistyped one, for errors: `try: did you mean "price"?`. */

/**
 * The advice about an unknown `name` among `known` names, which are of `kind` ("columns"): near ones if there are any, else
 * all of them (at most 20).
 */
export function suggest(name: string, known: readonly string[], kind: string): string {
  const limit = Math.max(1, Math.floor(name.length / 3))
  const near = known
    .map((one) => ({ one, distance: editDistance(name.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, distance }) => distance <= limit || contains(one, name))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ one }) => JSON.stringify(one))
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`
  const listed = known.slice(0, 20).join(', ')
  return `choose one of the ${kind}: ${listed}${known.length > 20 ? `, and ${known.length - 20} more` : ''}`
}

function contains(one: string, name: string): boolean {
  const [a, b] = [one.toLowerCase(), name.toLowerCase()]
  return b.length >= 3 && a.length >= 3 && (a.includes(b) || b.includes(a))
}

/** Insertions, deletions and substitutions that turn `a` into `b` (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substituted, previous[j] + 1, current[j - 1] + 1))
    }
    previous = current
  }
  return previous[b.length]
}
