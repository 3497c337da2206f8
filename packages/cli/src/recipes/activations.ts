/** Activations by the names that the command line has for them: the library's, written with dashes. */
import { suggest } from 'thalweg/base'
import { createActivation, activationNames as libraryNames } from 'thalweg/nn'
import { usage } from '../errors.ts'

export const activationNames: readonly string[] = libraryNames.map(dashed)

/**
 * The one name of an activation, however it is spelled: `leakyRelu` and `leaky-relu` are `leaky-relu`.
 *
 * @throws ThalwegError `usage/unknown-activation` with near names
 */
export function activationName(text: string): string {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_ ]/g, '')
  if ([...libraryNames, 'swish'].some((name) => plain(name) === plain(text))) return dashed(createActivation(text).kind)
  throw usage('unknown-activation', {
    rule: '--activation must name one that exists',
    received: text === '' ? 'nothing' : text,
    try: suggest(text, activationNames, 'activations'),
  })
}

/** What a layer must give out for so many to be left: maxout and glu make one of two. */
export function unitsBefore(activation: string, units: number): number {
  return activation === 'maxout' || activation === 'glu' ? 2 * units : units
}

/** As it is called in code: `leakyRelu`. */
export function functionOf(activation: string): string {
  return createActivation(activation).kind
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
