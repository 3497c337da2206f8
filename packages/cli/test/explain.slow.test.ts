/** What a run says about its health, while it goes on and afterwards. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOMParser } from '@xmldom/xmldom'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

/** A small network on clouds that anybody can tell apart, at a rate of one's choice. */
function writeExperiment(folder: string, learningRate: number, end = ''): string {
  const file = join(folder, 'clouds.ts')
  writeFileSync(
    file,
    `import { moons } from 'thalweg/data'
import { crossEntropy, dense, relu, sequential, softmax } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'
export default defineExperiment({
  data: { train: moons({ size: 512, seed: 1 }), valid: moons({ size: 128, seed: 2 }) },
  model: sequential(dense(32), relu(), dense(16), relu(), dense(2)${end && `, ${end}`}),
  loss: crossEntropy(),
  optimizer: sgd({ learningRate: ${learningRate}, momentum: 0.9 }),
  epochs: 16,
  batchSize: 32,
})
`,
  )
  return file
}

describe('a sick run', () => {
  it('is told where it arose, explained afterwards, and shown on a page', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const { stdout } = await thalweg('train', writeExperiment(folder, 20), '--out', run)
    expect(stdout).toMatch(/^error \(loss-diverged\): /m)
    expect(stdout).toMatch(/health +loss-diverged/)
    expect(stdout).toContain(`thalweg explain ${run}`)
    for (const line of stdout.split('\n')) if (!line.includes(run)) expect(line.length).toBeLessThanOrEqual(80)

    const page = join(folder, 'page.html')
    const explained = await thalweg('explain', run, '--out', page)
    expect(explained.code).toBe(0)
    expect(explained.stdout).toMatch(/error loss-diverged after \d+ steps/)
    expect(explained.stdout).toContain('the article, section 6')
    const html = readFileSync(page, 'utf8')
    expect(html).toBe(readFileSync(join(run, 'report.html'), 'utf8'))
    // Nothing is fetched from anywhere, and it is well-formed but for the doctype.
    expect(html).not.toMatch(/(src|href)=/)
    new DOMParser({ onError: (level, message) => expect.fail(`${level}: ${message}`) }).parseFromString(
      html.replace('<!doctype html>', '').replaceAll(/<meta [^>]*>/g, ''),
      'text/xml',
    )
    expect(html.match(/<svg/g)).toHaveLength(2)
    const ids = Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    // Whatever colour a line has, dark paper has another for it.
    for (const [, colour] of html.matchAll(/<path [^>]*stroke="(#[0-9a-f]+)"/g)) {
      expect(html).toContain(`.chart svg [stroke="${colour}"] { stroke: `)
    }
  })

  it('is mended with --babysit fix: in the record, in the epochs, and for those who predict from it', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const args = ['train', writeExperiment(folder, 20), '--out', run, '--babysit', 'fix', '--json']
    const { code, events } = await thalweg(...args)
    expect(code).toBe(0)
    const mend = events.find(({ type }) => type === 'mend')
    expect(mend?.kept).not.toEqual([])
    const last = events.filter(({ type }) => type === 'epoch').at(-1)
    expect(last?.validAccuracy).toBeGreaterThan(0.85)
    const epochs = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
    expect(epochs).toHaveLength(16)
    const explained = await thalweg('explain', run)
    expect(explained.stdout).toMatch(/health +nothing wrong was seen; mended: loss-diverged/)
    // What was changed, from what to what; and what is true of the run as it stands comes before what it left behind.
    const changed = JSON.parse(JSON.stringify(mend?.changes)).map(({ text }: { text: string }) => text)
    expect(explained.stdout.replaceAll(/\s+/g, ' ')).toContain(`changed ${changed.join('; ')} `)
    const [standing, givenUp] = explained.stdout.split(/attempt 1, given up after \d+ steps, had/)
    expect(givenUp).toContain('error loss-diverged')
    expect(standing).not.toContain('error loss-diverged')
    expect(events.at(-1)?.health).toMatchObject({ watched: 'all', errors: [], mended: ['loss-diverged'] })
  })

  it('that died has a page, and is told what helps instead of dying again', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const { code, stdout, stderr } = await thalweg('train', writeExperiment(folder, 1e18), '--out', run)
    expect([code, stderr.split('\n')[0]]).toEqual([1, 'fit: the loss must stay a finite number'])
    expect(stdout).toContain(
      `what may help:\n    thalweg train --resume ${run} --babysit fix\n    thalweg explain ${run}\n`,
    )
    expect(stdout).not.toMatch(/--resume \S+$/m)
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('non-finite')
    const { code: mended, events } = await thalweg('train', '--resume', run, '--babysit', 'fix', '--json')
    expect([mended, events.at(-1)?.health]).toMatchObject([0, { errors: [], mended: ['non-finite'] }])
    // The sitting that died left nothing that came again.
    const findings = (await thalweg('explain', run, '--json')).events.filter(({ code: of }) => of === 'non-finite')
    expect(findings).toHaveLength(1)
  })

  it('is measured again as the model that it was mended to', async () => {
    const folder = emptyFolder()
    const file = writeExperiment(folder, 0.05, 'softmax()')
    const run = join(folder, 'run')
    const trained = (await thalweg('train', file, '--out', run, '--babysit', 'fix', '--json')).events
    const kept = trained.find(({ type }) => type === 'mend')?.kept
    expect(JSON.stringify(kept)).toContain('remove-layer')
    const { events } = await thalweg('test', run, '--part', 'valid', '--json')
    const last = trained.filter(({ type }) => type === 'epoch').at(-1)
    expect(events.at(-1)?.loss).toBeCloseTo(Number(last?.validLoss), 5)
  })

  it('is not looked at with --babysit off', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const { stdout } = await thalweg('train', writeExperiment(folder, 20), '--out', run, '--babysit', 'off')
    expect(stdout).not.toContain('loss-diverged')
    const explained = await thalweg('explain', run, '--json')
    expect(explained.stderr).toContain('nobody watched (--babysit off)')
    expect(explained.events).toMatchObject([{ type: 'end', findings: 0, health: { watched: 'none' } }])
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('nobody watched (--babysit off)')
  })
})

it('a run that its own file ends is not called good, and says what ended it', async () => {
  const folder = emptyFolder()
  const [file, link, run] = ['clouds.ts', 'link', 'run'].map((name) => join(folder, name))
  const text = readFileSync(writeExperiment(folder, 0.05), 'utf8')
  const wrapped = `{ ...all, fill(...args) { if (++fills > 40) throw new Error('disk gone'); all.fill(...args) } }`
  writeFileSync(
    file,
    text
      .replace('export default', 'let fills = 0\nconst all = moons({ size: 512, seed: 1 })\nexport default')
      .replace('train: moons({ size: 512, seed: 1 })', `train: ${wrapped}`),
  )
  // Traces have the place itself.
  symlinkSync(folder, link)
  const { code, stderr } = await thalweg('train', join(link, 'clouds.ts'), '--out', run)
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/clouds[.]ts: what the file defines.+\nreceived: Error: disk gone/),
  ])
  const { stdout } = await thalweg('explain', run)
  expect(stdout).toMatch(
    /error cli\/failed-experiment ended the run in epoch 2\n.*clouds[.]ts[\s\S]*disk gone[\s\S]*health +it failed/,
  )
  const html = readFileSync(join(run, 'report.html'), 'utf8')
  expect(html).toContain('<p class="verdict error">it failed')
  expect(html).toContain('disk gone')
})

describe('an ensemble', () => {
  it('says what its members have in common once, and tells and keeps it of each', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const args = ['train', writeExperiment(folder, 1e-6), '--ensemble', '2', '--workers', '1', '--json', '--out', run]
    const { events, stderr } = await thalweg(...args)
    const codes = events.flatMap(({ type, code, member }) => (type === 'finding' ? [`${code} ${member}`] : []))
    expect(codes.filter((code) => code.startsWith('rate-too-low'))).toEqual(['rate-too-low 1', 'rate-too-low 2'])
    expect(stderr.match(/\(rate-too-low\)/g)).toHaveLength(1)
    expect(stderr).toMatch(/health +[^;]*rate-too-low[^;]* in both networks/)
    expect(stderr).toContain(`thalweg explain ${run}`)
    expect(events.at(-1)?.health).toMatchObject({ networks: { 'rate-too-low': [1, 2] } })
    const { stdout } = await thalweg('explain', run)
    expect(stdout.match(/rate-too-low after \d+ steps, in both networks/g)).toHaveLength(1)
    const html = readFileSync(join(run, 'report.html'), 'utf8')
    expect(html).toContain('both networks')
    expect(html).toContain('Training loss')
  })

  it('one of whose networks dies ends in three lines that say which, and can be explained', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const args = ['--ensemble', '2', '--workers', '1', '--out', run]
    const { code, stdout, stderr } = await thalweg('train', writeExperiment(folder, 1e18), ...args)
    expect(code).toBe(1)
    const [rule, received, advice, ...more] = stderr.trimEnd().split('\n')
    expect(rule).toBe('train: every network of an ensemble must come to its end')
    expect(received).toMatch(
      /^received: network 1 of 2: fit: the loss must stay a finite number \(NaN or infinity in step/,
    )
    expect([advice, more]).toEqual([expect.stringMatching(/^try: a lower --learning-rate/), []])
    expect(stdout).toContain(`0 of 2 networks are finished; all that was trained is kept in ${run}`)
    const explained = await thalweg('explain', run, '--out', join(folder, 'page.html'))
    expect([explained.code, explained.stdout]).toEqual([0, expect.stringMatching(/health +non-finite in network 1/)])
  })
})
