import type { Ailment } from '../ailment.ts'
import { shuffledOrder } from '../patches.ts'
import { percent, short } from '../words.ts'

/** Share of the targets' variance that lies between the batches: 0 for random ones, 1 where each batch has one class. */
const LOST = 0.15

export const sortedExamples: Ailment = {
  code: 'sorted-examples',
  severity: 'warning',
  about:
    'The examples come in an order that has to do with their targets: whole batches of one class, or of low numbers and ' +
    'then high ones. Each stretch teaches the network to always say the same, and the next one teaches it otherwise.',
  rule: 'share of the variance of the targets that lies between batches, beyond what chance puts there',
  threshold: LOST,
  cause: 'the examples lie sorted, and they are not shuffled',
  try: 'shuffle every epoch: order: shuffled(), which is the default',
  source:
    'the article, section 7.7 (shuffling before every epoch); Bengio, Practical recommendations, 2012, section 3.3',
  when: 'before',
  examine({ data: { order }, settings: { orders } }) {
    // A curriculum is an order that somebody wants.
    if (!order || orders.name.includes('curriculum') || !(order.ratio > order.threshold && order.lost > LOST)) return []
    const message = `${percent(order.lost)} of the variance of the targets lies between batches; their means vary ${short(order.ratio)} times as much as chance allows for`
    return [{ measured: order.lost, message, patches: [shuffledOrder] }]
  },
}
