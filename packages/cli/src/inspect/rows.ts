/** Which layers get a row. */
import { activationNames, type Summary } from 'thalweg/nn'

/**
 * Paths of the activations: what they give out is what the next weights see. In a network without any (one whose functions
 * are called by hand, say) those of the layers with weights.
 */
export function shownPaths({ layers }: Summary): readonly string[] {
  const activations = layers.filter(({ kind }) => activationNames.includes(kind))
  const weights = layers.filter(({ parameters }) => parameters > 0)
  const shown = activations.length > 0 ? activations : weights.length > 0 ? weights : layers
  return [...new Set(shown.map(({ path }) => path))]
}
