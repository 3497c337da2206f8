/** Augmentations of augmentations: applied only sometimes, or one of several. */
import { type Augmentation, checkOption, checkProbability } from './augmentation.ts'

/** `augmentation` with this probability, else nothing. */
export function sometimes(probability: number, augmentation: Augmentation): Augmentation {
  checkProbability('sometimes', probability)
  return {
    name: 'sometimes',
    options: { probability, of: described(augmentation) },
    needsImages: augmentation.needsImages,
    apply(image, draws) {
      if (draws.chance(probability)) augmentation.apply(image, draws)
    },
  }
}

/** One of them for each example, all equally likely. */
export function oneOf(...choices: readonly Augmentation[]): Augmentation {
  checkOption('oneOf', 'choices', choices.length, choices.length > 0, 'at least one augmentation')
  return {
    name: 'oneOf',
    options: { of: choices.map(described) },
    needsImages: choices.some(({ needsImages }) => needsImages),
    apply(image, draws) {
      choices[draws.integer(0, choices.length - 1)].apply(image, draws)
    },
  }
}

function described({ name, options }: Augmentation): Pick<Augmentation, 'name' | 'options'> {
  return { name, options }
}
