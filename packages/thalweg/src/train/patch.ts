/**
 * A change of a run's configuration as plain data, so that it can be told, raced against others, recorded and undone.
 * Which layers and options it acts on is decided where it is applied.
 */
export type Patch =
  /** Multiplies the learning rate, that of the schedule too. */
  | { readonly kind: 'learning-rate'; readonly factor: number }
  /** Cuts the norm of all gradients together to this. */
  | { readonly kind: 'clip-norm'; readonly norm: number }
  /** Another optimizer with these options. */
  | { readonly kind: 'optimizer'; readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  /** A new random order every epoch. */
  | { readonly kind: 'shuffle' }
  | { readonly kind: 'batch-size'; readonly size: number }
  /** Inputs are centred and scaled by what the training examples are like, in front of the model. */
  | { readonly kind: 'scale-inputs' }
  /** First weights are drawn anew, by the initializer of this name. */
  | { readonly kind: 'initializer'; readonly name: string }
  /** Activations of one kind become another. */
  | { readonly kind: 'activation'; readonly from: string; readonly to: string }
  /** Leaves a layer out. */
  | { readonly kind: 'remove-layer'; readonly layer: string }
  /** Sets an option of every layer of a kind: the rate of dropout, whether a bias is there. */
  | {
      readonly kind: 'layer-option'
      readonly layer: string
      readonly option: string
      readonly value: number | boolean
    }
  /** Takes the penalty and the weight decay away. */
  | { readonly kind: 'no-decay' }
