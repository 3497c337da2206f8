/** Whether the gradients are right, in words and events. */
import { type GradientCheckReport, gradientCheck, type ParameterCheck } from 'thalweg/diagnose'
import type { Store } from 'thalweg/nn'
import type { Subject } from '../recipes/subject.ts'
import { firstWeights } from '../recipes/weights.ts'
import { describeRecipe } from '../run/description.ts'
import type { SittingContext } from '../run/sitting.ts'
import { count, plural } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import { libraryVersion } from '../version.ts'
import type { Voice } from '../voice.ts'

export interface GradientFindings {
  readonly passed: boolean
  /** Of the loss without a penalty. */
  readonly data: GradientCheckReport
  /** Of the loss with it, where there is one. */
  readonly penalty?: GradientCheckReport
}

export interface GradientRequest {
  readonly samples?: number | undefined
  readonly all?: boolean | undefined
  readonly examples?: number | undefined
}

/** Float64 on plain loops is slow: convolutions over images get fewer examples and elements. */
const IMAGES = { examples: 3, samples: 3 }
const OTHERS = { examples: 8, samples: 8 }

/** Of the data's part of the loss alone, since a penalty can hide its mistakes; and with the penalty, if there is one. */
export async function checkGradients(
  subject: Subject,
  request: GradientRequest,
  context: SittingContext,
): Promise<GradientFindings> {
  const { name, description, data, seed, recipe, penalty, groups = [] } = subject
  const { voice } = context
  const { examples, samples } = extentOf(subject, request)
  const of = samples === 'all' ? 'every element' : `up to ${plural(samples, 'element')}`
  voice.say(`\n${voice.style.bold('thalweg')} ${voice.style.dim(libraryVersion)}  check ${voice.style.accent(name)}\n`)
  sayRows(voice, [
    ['network', description],
    ['recipe', describeRecipe(subject)],
    ['gradients', `${of} of each parameter, ${examples} of ${count(data.train.size)} examples, float64, seed ${seed}`],
  ])
  voice.say('')
  const {
    model,
    data: { train },
  } = subject
  const weights = await firstWeights(recipe, { model, train, seed, experiment: data.experiment?.definition })
  const check = (part: Part) => checkPart(part, { ...subject, store: weights?.store }, request, context)
  const ofData = await check('data')
  const isPenalized = penalty !== undefined || groups.some((group) => typeof group.penalty === 'object')
  if (!isPenalized) return { passed: ofData.passed, data: ofData }
  sayRows(voice, [['and now', 'with the penalty added to the loss']])
  voice.say('')
  const withPenalty = await check('penalty')
  return { passed: ofData.passed && withPenalty.passed, data: ofData, penalty: withPenalty }
}

type Part = 'data' | 'penalty'

async function checkPart(
  part: Part,
  subject: Subject & { readonly store: Store | undefined },
  request: GradientRequest,
  { voice, signal }: SittingContext,
): Promise<GradientCheckReport> {
  const { data, model, loss, seed, store, penalty, groups } = subject
  voice.show(voice.style.dim('differentiating'))
  const report = await gradientCheck(model, {
    ...extentOf(subject, request),
    ...(part === 'penalty' && { penalty, groups }),
    data: data.train,
    loss,
    seed,
    store,
    signal,
    onParameter(parameter, { done, total }) {
      voice.show(`${done}/${total}  ${parameter.path}`)
      voice.event({ type: 'gradient', part, ...eventOf(parameter) })
    },
  })
  voice.hide()
  sayReport(report, voice)
  return report
}

function extentOf(
  { data: { train } }: Subject,
  { examples, samples, all }: GradientRequest,
): { readonly examples: number; readonly samples: number | 'all' } {
  const usual = train.inputShape.length > 1 ? IMAGES : OTHERS
  return {
    examples: Math.min(examples ?? usual.examples, train.size),
    samples: all ? 'all' : (samples ?? usual.samples),
  }
}

/** Without the parameters, of which events have told. */
export function summaryOf({ passed, data, penalty }: GradientFindings): Readonly<Record<string, unknown>> {
  const short = ({ parameters: _, ...figures }: GradientCheckReport) => figures
  return { passed, data: short(data), ...(penalty && { penalty: short(penalty) }) }
}

function eventOf({ path, worst, ...others }: ParameterCheck): Readonly<Record<string, unknown>> {
  return { parameter: path, ...others, ...worst }
}

function sayReport(report: GradientCheckReport, voice: Voice): void {
  const { style } = voice
  const [titles, ...lines] = String(report).split('\n')
  const paint = { right: (text: string) => text, wrong: style.bad, kinks: style.dim, spoilt: style.dim }
  voice.say(`  ${style.dim(titles)}`)
  for (const [row, line] of lines.entries()) voice.say(`  ${paint[report.parameters[row].verdict](line)}`)
  voice.say('')
  sayRows(voice, [['verdict', verdictOf(report, voice)]])
  voice.say('')
}

function verdictOf(
  { passed, parameters, loss, checked, kinks, worstRelativeError, tolerance }: GradientCheckReport,
  { style }: Voice,
): string {
  const wrong = parameters.filter(({ verdict }) => verdict === 'wrong').map(({ path }) => path)
  if (!Number.isFinite(loss)) return `nothing can be said: the loss of these examples is ${loss}, and has no slope`
  const aside = kinks > 0 ? `; ${count(kinks)} more at kinks, where none can be measured` : ''
  if (!passed)
    return `${style.bad('wrong')}: ${wrong.join(', ')}; a right gradient agrees with the slope within ${tolerance.toExponential(0)}${aside}`
  if (checked === 0) return `nothing can be said: all ${count(kinks)} elements lie at kinks`
  return `${style.good('right')}: ${count(checked)} slopes agree within ${worstRelativeError.toExponential(1)}${aside}`
}
