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

/** One point of a step's grid: a plan, and what tells it from the others. */
export interface Variant {
  /** "compliance=1 mA, cycles=10"; empty where the step has no grid. */
  readonly label: string;
  /** Parameters of the grid as written. */
  readonly grid: Readonly<Record<string, string>>;
  /** After the protocol's schema. */
  readonly plan: object;
}

export interface CampaignStep {
  readonly name: string;
  readonly protocol: AnyProtocol;
  readonly variants: readonly Variant[];
  /** Runs of each variant at each site. */
  readonly repetitions: number;
}

export interface CampaignPlan {
  readonly name: string;
  /** None: the one device of the bench. */
  readonly sites: readonly CampaignSite[];
  readonly steps: readonly CampaignStep[];
  readonly order: "site-major" | "step-major";
}

/** One run of a campaign. */
export interface Task {
  /** The same for the same run whenever the campaign is read: how a resumed one knows what is done. */
  readonly key: string;
  readonly site?: CampaignSite;
  readonly step: CampaignStep;
  readonly variant: Variant;
  /** From 1. */
  readonly repetition: number;
}

/**
 * All runs in the order in which they are done. `site-major`: everything at a site, then the next site, with one move for
 * each. `step-major`: a step at all sites, then the next step, so that each site rests meanwhile.
 */
export function tasksOf({ sites, steps, order }: CampaignPlan): Task[] {
  const places: readonly (CampaignSite | undefined)[] = sites.length === 0 ? [undefined] : sites;
  const at = (step: CampaignStep, variant: Variant, site: CampaignSite | undefined): Task[] =>
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
