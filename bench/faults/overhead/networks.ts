/** The two networks that the bench times everywhere, on drawn digits, each for half a minute to one. */
import { WORKLOADS, type Workload } from '../../workloads.ts'

export interface Network {
  readonly workload: Workload
  readonly examples: number
  readonly epochs: number
}

/** As many steps as 21 epochs of Fashion-MNIST for the mlp and 2 for the cnn. Longer runs pay less: most is paid early. */
const LENGTHS: Readonly<Record<string, Omit<Network, 'workload'>>> = {
  mlp: { examples: 12_800, epochs: 100 },
  cnn: { examples: 6400, epochs: 20 },
}

export const networks: Readonly<Record<string, Network>> = Object.fromEntries(
  WORKLOADS.flatMap((workload) => {
    const { [workload.name]: length } = LENGTHS
    return length ? [[workload.name, { workload, ...length }]] : []
  }),
)
