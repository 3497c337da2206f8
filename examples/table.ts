/**
 * From rows of text to a price. Columns are understood (numbers, categories, yes and no), gaps are filled, numbers are
 * scaled: all of it fitted to the training rows alone, and undone when the network answers.
 */
import { random } from 'thalweg/base'
import { encodeTable, invertTarget, prepareTable } from 'thalweg/data'
import { dense, meanSquaredError, relu, sequential } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { fit } from 'thalweg/train'

// A table as a CSV reader gives it: the header first, every cell a text, some cells empty.
const rows = [['area', 'rooms', 'district', 'garden', 'price'], ...houses(600)]

const { train, valid, test, preprocessing, notes } = prepareTable(rows, { name: 'houses', target: 'price', seed: 1 })
for (const note of notes) console.log(note.message)
console.log(`inputs: ${preprocessing.features.join(', ')}`)

const run = await fit(sequential(dense(32), relu(), dense(1)), {
  train,
  valid,
  test,
  loss: meanSquaredError(),
  optimizer: adam({ learningRate: 0.01 }),
  epochs: 40,
  batchSize: 32,
})
if (run.test?.task === 'number') console.log(`R2 on houses it has not seen: ${run.test.r2.toFixed(3)}`)

// New rows need no target column, and their columns may stand in any order.
const offers = encodeTable(preprocessing, [
  ['district', 'area', 'rooms', 'garden'],
  ['harbour', '80', '3', 'yes'],
  ['hill', '140', '5', 'no'],
])
const answer = run.predict(offers.inputs)
if (answer.kind === 'number') {
  const [first, second] = invertTarget(preprocessing.target, answer.numbers)
  console.log(`by the harbour: ${(first / 1000).toFixed(0)} thousand`)
  console.log(`on the hill: ${(second / 1000).toFixed(0)} thousand`)
}

/** Houses that cost what their place and size are worth, give or take three percent. */
function houses(count: number): string[][] {
  const draw = random(7, 'houses')
  return Array.from({ length: count }, () => {
    const area = 40 + draw.integer(140)
    const rooms = 1 + Math.round(area / 40) + draw.integer(2)
    const district = ['harbour', 'hill', 'station'][draw.integer(3)]
    const garden = draw.uniform() < 0.4
    const place = { harbour: 5200, hill: 3900, station: 2800 }[district] ?? 0
    const worth = area * place + rooms * 6000 + (garden ? 40_000 : 0)
    const price = worth * (1 + 0.03 * draw.normal())
    const known = draw.uniform() > 0.05
    return [String(area), known ? String(rooms) : '', district, garden ? 'yes' : 'no', price.toFixed(0)]
  })
}
