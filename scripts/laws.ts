/**
 * Laws are tried on the same cases in every run of the tests, so that a change is judged by itself and not by luck.
 * `THALWEG_LAWS=random npm test` tries new ones; what it finds becomes a case of its own.
 */
import fc from 'fast-check'

const SEED = 20261126

if (process.env.THALWEG_LAWS !== 'random') fc.configureGlobal({ seed: SEED })
