import type { AnyProtocol } from "../protocol.js";

/** A place where a device is. */
export interface CampaignSite {
  readonly name: string;
  readonly die?: { readonly name: string; readonly column: number; readonly row: number };
  readonly device?: string;
  /** Devices that are compared with each other: those of one size, for one. */
  readonly group?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** One point of a step's grid: what tells it from the others. */
export interface RecordedVariant {
  /** "compliance=1 mA, cycles=10"; empty where the step has no grid. */
  readonly label: string;
  /** Parameters of the grid as written. */
  readonly grid: Readonly<Record<string, string>>;
}

export interface Variant extends RecordedVariant {
  /** After the protocol's schema. */
  readonly plan: object;
}

/** A step as it is kept: what its runs are called, without what they do. */
export interface RecordedStep {
  readonly name: string;
  readonly variants: readonly RecordedVariant[];
  /** Runs of each variant at each site. */
  readonly repetitions: number;
}

export interface CampaignStep extends RecordedStep {
  readonly protocol: AnyProtocol;
  readonly variants: readonly Variant[];
}

/** Which runs a campaign consists of: enough to read its results when its protocols are gone or have changed. */
export interface RecordedPlan<Step extends RecordedStep = RecordedStep> {
  /** None: the one device of the bench. */
  readonly sites: readonly CampaignSite[];
  readonly steps: readonly Step[];
  readonly order: "site-major" | "step-major";
}

export interface CampaignPlan extends RecordedPlan<CampaignStep> {
  readonly name: string;
}

/** One run of a campaign. */
export interface Task<Step extends RecordedStep = CampaignStep> {
  /** The same for the same run whenever the campaign is read: how a resumed one knows what is done. */
  readonly key: string;
  readonly site?: CampaignSite;
  readonly step: Step;
  readonly variant: Step["variants"][number];
  /** From 1. */
  readonly repetition: number;
}

/** What of a plan is kept with the campaign. */
export function recordOf({ sites, steps, order }: CampaignPlan): RecordedPlan {
  const kept = steps.map(({ name, variants, repetitions }) => ({
    name,
    variants: variants.map(({ label, grid }) => ({ label, grid })),
    repetitions,
  }));
  return { sites, steps: kept, order };
}

/**
 * All runs in the order in which they are done. `site-major`: everything at a site, then the next site, with one move for
 * each. `step-major`: a step at all sites, then the next step, so that each site rests meanwhile.
 */
export function tasksOf<Step extends RecordedStep>({ sites, steps, order }: RecordedPlan<Step>): Task<Step>[] {
  const places: readonly (CampaignSite | undefined)[] = sites.length === 0 ? [undefined] : sites;
  const at = (step: Step, variant: Step["variants"][number], site: CampaignSite | undefined): Task<Step>[] =>
    Array.from({ length: step.repetitions }, (_, index) => ({
      key: [site?.name ?? "", step.name, variant.label, index + 1].join("|"),
      ...(site ? { site } : {}),
      step,
      variant,
      repetition: index + 1,
    }));
  const variants = steps.flatMap((step) => step.variants.map((variant) => ({ step, variant })));
  return order === "site-major"
    ? places.flatMap((site) => variants.flatMap(({ step, variant }) => at(step, variant, site)))
    : variants.flatMap(({ step, variant }) => places.flatMap((site) => at(step, variant, site)));
}

/** Tags by which runs at a site are found, and from which it is known again when one of them is gone on with. */
export function placeTags({ name, die, device }: Omit<CampaignSite, "tags">): Record<string, string> {
  return {
    site: name,
    ...(die ? { die: die.name, column: String(die.column), row: String(die.row) } : {}),
    ...(device === undefined ? {} : { device }),
  };
}

/** Tags of a task's run: what it is found by, and grouped by in the analysis. */
export function tagsOf(campaign: string, { site, step, variant, repetition }: Task): Record<string, string> {
  return {
    ...site?.tags,
    campaign,
    ...(site ? placeTags(site) : {}),
    ...(site?.group === undefined ? {} : { group: site.group }),
    step: step.name,
    ...variant.grid,
    repetition: String(repetition),
  };
}
