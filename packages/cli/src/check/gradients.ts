/** Whether the gradients are right, in words and events. */
import { type GradientCheckReport, gradientCheck, type ParameterCheck } from 'thalweg/diagnose'
import type { Subject } from '../recipes/subject.ts'
import type { SittingContext } from '../run/sitting.ts'
import { count } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import { libraryVersion } from '../version.ts'
import type { Voice } from '../voice.ts'

export interface GradientRequest {
  readonly samples?: number | undefined
  readonly all?: boolean | undefined
  readonly examples?: number | undefined
}

/** Float64 on plain loops is slow: convolutions over images get fewer examples and elements. */
const IMAGES = { examples: 3, samples: 3 }
const OTHERS = { examples: 8, samples: 8 }

export async function checkGradients(
  { name, description, data: { train }, model, loss, seed }: Subject,
  request: GradientRequest,
  { voice, signal }: SittingContext,
): Promise<GradientCheckReport> {
  const usual = train.inputShape.length > 1 ? IMAGES : OTHERS
  const { examples = usual.examples } = request
  const samples = request.all ? 'all' : (request.samples ?? usual.samples)
  const of = samples === 'all' ? 'every element' : samples === 1 ? 'one element' : `${samples} elements`
  const on = Math.min(examples, train.size)
  voice.say(`\n${voice.style.bold('thalweg')} ${voice.style.dim(libraryVersion)}  check ${voice.style.accent(name)}\n`)
  sayRows(voice, [
    ['network', description],
    ['gradients', `${of} of each parameter, ${on} of ${count(train.size)} examples, float64, seed ${seed}`],
  ])
  voice.say('')
  voice.show(voice.style.dim('differentiating'))
  const report = await gradientCheck(model, {
    data: train,
    loss,
    seed,
    examples,
    samples,
    signal,
    onParameter(parameter, { done, total }) {
      voice.show(`${done}/${total}  ${parameter.path}`)
      voice.event({ type: 'gradient', ...eventOf(parameter) })
    },
  })
  voice.hide()
  sayReport(report, voice)
  return report
}

function eventOf({ path, worst, ...others }: ParameterCheck): Readonly<Record<string, unknown>> {
  return { parameter: path, ...others, ...worst }
}

function sayReport(report: GradientCheckReport, voice: Voice): void {
  const { style } = voice
  const [titles, ...lines] = String(report).split('\n')
  const paint = { right: (text: string) => text, wrong: style.bad, kinks: style.dim }
  voice.say(`  ${style.dim(titles)}`)
  for (const [row, line] of lines.entries()) voice.say(`  ${paint[report.parameters[row].verdict](line)}`)
  voice.say('')
  sayRows(voice, [['verdict', verdictOf(report, voice)]])
  voice.say('')
}

function verdictOf(
  { passed, parameters, checked, kinks, worstRelativeError, tolerance }: GradientCheckReport,
  { style }: Voice,
): string {
  const wrong = parameters.filter(({ verdict }) => verdict === 'wrong').map(({ path }) => path)
  const aside = kinks > 0 ? `; ${count(kinks)} more at kinks, where none can be measured` : ''
  if (!passed)
    return `${style.bad('wrong')}: ${wrong.join(', ')}; a right gradient agrees with the slope within ${tolerance.toExponential(0)}${aside}`
  if (checked === 0) return `nothing can be said: all ${count(kinks)} elements lie at kinks`
  return `${style.good('right')}: ${count(checked)} slopes agree within ${worstRelativeError.toExponential(1)}${aside}`
}
