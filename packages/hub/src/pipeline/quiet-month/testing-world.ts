import type { Level, SilentPartnerRule } from '@sallyport/core';
import { doubleOf, enrolledAgain, madeFleet, type Kind, type Made } from './testing-fleet.ts';
import { Chance } from './testing-random.ts';
import {
  CONNECTORS,
  ListVendor,
  lookoutEvents,
  lookoutMentions,
  PLATFORMS,
  serialsReport,
  type App,
  type Entry,
  type Sink,
  type VendorName,
} from './testing-vendors.ts';

/**
 * The world outside the hub: devices, people, vendors' consoles and what befalls them, in steps of three hours. It knows of
 * each device at each time whether it may be let in (`isClosed`), by the last words of vendors and by what decision 0001
 * promises, without looking at the hub.
 */

export const STEP_MS = 3 * 3_600_000;
/** What happens in a step happens within its first minutes; then vendors are asked. */
export const ASKED_AFTER_MS = 600_000;
const DAY = 86_400_000;
const STEPS_A_DAY = DAY / STEP_MS;
const THRESHOLD_MS = 7 * DAY;

export interface WorldOptions {
  readonly devices: number;
  readonly seed: number;
  readonly start: number;
  /** On how many devices; each begins on a day from the third to the twelfth. */
  readonly attacks: number;
  /** Defender is away for nine days from this one. */
  readonly awayOnDay: number;
  /** For three days from this one Lookout reports a word of protection that nobody knows, of everybody. */
  readonly newWordOnDay: number;
  /** The third vendor withdraws for four days from this one; with attacks only. */
  readonly withdrawalOnDay: number;
  /** As many times as much happens. */
  readonly liveliness?: number;
}

/** How often a day something befalls one device. */
const RATES = {
  low: 0.012,
  medium: 0.004,
  appOff: 0.0006,
  appAgain: 0.0005,
  switchedOff: 0.0008,
  accepted: 0.0006,
  enrolledAgain: 0.0007,
  blankVersion: 0.0003,
  doubleEntry: 0.0006,
};

export class World {
  readonly chance: Chance;
  readonly options: WorldOptions;
  readonly devices: Made[];
  readonly entries: Entry[] = [];
  /** Devices of which something was reported, or changed, in the step under way. */
  readonly touched = new Set<Made>();
  now: number;
  #step = 0;
  #ids = 0;
  readonly #ofDevice = new Map<Made, Entry[]>();
  readonly #lists = { defender: new ListVendor('defender'), jamf: new ListVendor('jamf') };
  readonly #heard = new Map<VendorName, number>();
  /** Entries with news for the hub, and the level before it. */
  readonly #news = new Map<Entry, Level>();
  readonly #registered = new Set<Made>();
  /** These report next that all is well, with a time of tomorrow. */
  readonly #sendsTomorrow = new Set<Entry>();
  /** Devices that an attack closes, with every device that its report may be about. */
  readonly attacked = new Set<Made>();
  readonly #plan = new Map<number, (() => void)[]>();
  #withdrawn = false;

  constructor(options: WorldOptions) {
    this.options = options;
    this.now = options.start;
    this.chance = new Chance(options.seed);
    this.devices = madeFleet(options.devices, options.start, this.chance);
    for (const device of this.devices) this.#install(device);
    for (const device of this.devices)
      if (device.isTooOld) this.#later(this.chance.between(1, 200), () => this.#update(device));
    if (options.attacks > 0) this.#planAttacks();
  }

  get day(): number {
    return Math.floor((this.now - this.options.start) / DAY);
  }

  /** One step's events, and what vendors and managements then tell the hub, whose clock stands at `askedAt`. */
  async step(sink: Sink): Promise<void> {
    this.touched.clear();
    for (const event of this.#plan.get(this.#step) ?? []) event();
    this.#ordinaryLife();
    await this.#contacts(sink);
    await this.#withdrawal(sink);
    await this.#tellLookout(sink);
    await this.#tellSerials(sink);
    for (const vendor of ['defender', 'jamf'] as const) await this.#tellList(vendor, sink);
    this.#step += 1;
    this.now += STEP_MS;
  }

  get #hasNewWord(): boolean {
    return this.day >= this.options.newWordOnDay && this.day < this.options.newWordOnDay + 3;
  }

  /** When vendors are asked in the step that comes next. */
  get askedAt(): number {
    return this.now + ASKED_AFTER_MS;
  }

  /** The devices that may not be let in at a time, by name for a failure's message. */
  closed(at: number): ReadonlySet<Made> {
    return new Set(this.devices.filter((device) => this.isClosed(device, at)));
  }

  isClosed(device: Made, at: number): boolean {
    if (device.isAttacked || device.isTooOld) return true;
    const entries = this.#ofDevice.get(device) ?? [];
    return (['lookout', 'defender', 'jamf', 'serials'] as const).some(
      (vendor) =>
        PLATFORMS[vendor].includes(device.kind) &&
        this.#closes(
          vendor,
          entries.filter((entry) => entry.vendor === vendor && entry.told !== undefined),
          device,
          at,
        ),
    );
  }

  #closes(vendor: VendorName, entries: readonly Entry[], { kind, rule }: Made, at: number): boolean {
    const newest = entries.at(-1);
    const isNeeded = vendor === 'lookout' && kind === 'iOS';
    if (newest?.told === undefined) return isNeeded;
    // A newer installation that management ties to the device ends the level of the older one by its own.
    const older =
      vendor !== 'serials' && newest.told.isLevel
        ? []
        : entries
            .slice(0, -1)
            .filter(({ told }) => told !== undefined && at - Math.max(told.at, newest.firstToldAt ?? 0) <= THRESHOLD_MS)
            .map(({ told }) => told?.level ?? 'secured');
    const level = worst([newest.told.level, ...older]);
    const isOff = newest.told.app === 'off';
    if (isNeeded && !isOff && level === 'secured' && (newest.told.app === 'lost' || !newest.told.isLevel)) return true;
    const counted = this.#underRule(vendor, rule, level, isOff, newest.told.app === 'lost', at);
    return counted === 'closed' || (counted !== 'ignored' && (isOff || rank(counted) >= rank('medium')));
  }

  #underRule(
    vendor: VendorName,
    rule: SilentPartnerRule,
    level: Level,
    isOff: boolean,
    isLost: boolean,
    at: number,
  ): Level | 'ignored' | 'closed' {
    const isSilent = at - (this.#heard.get(vendor) ?? at) > THRESHOLD_MS;
    const isWithdrawn = vendor === 'serials' && this.#withdrawn;
    if (!isSilent && !isWithdrawn) return level;
    const isBad = isOff || level !== 'secured';
    if (isWithdrawn && isBad) return level;
    switch (rule) {
      case 'keepWorse':
        return isBad ? level : 'ignored';
      case 'ignore':
        return 'ignored';
      case 'keepLast':
        return level;
      case 'raise':
        return isLost && level === 'secured' ? level : (LEVELS[Math.min(rank(level) + 1, 3)] as Level);
      case 'block':
        return 'closed';
    }
  }

  // What befalls devices.

  #ordinaryLife(): void {
    const { chance } = this;
    const times = (rate: number): number =>
      chance.count((this.devices.length * rate * (this.options.liveliness ?? 1)) / STEPS_A_DAY);
    for (let i = times(RATES.low); i > 0; i -= 1) this.#risk('low', chance.between(1, 40));
    for (let i = times(RATES.medium); i > 0; i -= 1) this.#risk('medium', chance.between(1, 16));
    for (let i = times(RATES.appOff); i > 0; i -= 1) this.#appOff();
    for (let i = times(RATES.appAgain); i > 0; i -= 1) this.#withIdle((entry) => this.#installAgain(entry));
    for (let i = times(RATES.switchedOff); i > 0; i -= 1) this.#switchOff();
    for (let i = times(RATES.accepted); i > 0; i -= 1) this.#acceptedRisk();
    for (let i = times(RATES.enrolledAgain); i > 0; i -= 1) this.#enrolAgain();
    for (let i = times(RATES.blankVersion); i > 0; i -= 1) this.#blankVersion();
    for (let i = times(RATES.doubleEntry); i > 0; i -= 1) this.#doubleEntry();
  }

  #risk(level: Level, steps: number): void {
    this.#withIdle((entry) => {
      if (entry.accepted) return;
      this.#setLevel(entry, level);
      this.#busyFor(entry.device, steps, () => this.#setLevel(entry, 'secured'));
    });
  }

  /** The person takes the app away, and installs it again when access is gone. */
  #appOff(): void {
    const vendor = this.chance.of(['lookout', 'defender', 'serials'] as const);
    const entry = this.#idle((one) => one.vendor === vendor);
    if (entry === undefined) return;
    this.#setApp(entry, 'off');
    this.#busyFor(entry.device, this.chance.between(1, 30), () => this.#installAgain(entry));
  }

  #installAgain(entry: Entry): void {
    entry.isFormer = true;
    this.#news.delete(entry);
    const next = this.#enter(entry.device, entry.vendor, entry.isTied);
    // Vendors' consoles keep the former entry for a while, with its last words.
    if (entry.vendor === 'jamf')
      this.#later(this.chance.between(2, 60), () => {
        entry.isRemoved = true;
      });
    this.#isNews(next, 'secured');
  }

  #switchOff(): void {
    this.#withIdle(({ device }) => {
      const steps = 14 * STEPS_A_DAY;
      device.offUntil = this.now + steps * STEP_MS;
      const own = this.#live(device);
      this.#later(STEPS_A_DAY, () => own.forEach((entry) => this.#setApp(entry, 'lost')));
      this.#busyFor(device, steps, () => own.forEach((entry) => this.#setApp(entry, 'works')));
    });
  }

  /** A high risk closes the phone until an administrator accepts it in the vendor's console; it stays open there. */
  #acceptedRisk(): void {
    this.#withIdle((entry) => {
      if (entry.accepted) return;
      this.#setLevel(entry, 'high');
      this.#busyFor(entry.device, this.chance.between(1, 8), () => {
        this.#setLevel(entry, 'secured');
        entry.accepted = true;
      });
    });
  }

  #enrolAgain(): void {
    this.#withIdle(({ device }) => {
      // Without its app, which iPhones need, the new record of one would be closed for some hours.
      if (device.kind !== 'android') return;
      const next = enrolledAgain(device, this.now);
      device.isFormer = true;
      this.devices.splice(this.devices.indexOf(device), 1, next);
      next.isBusy = true;
      this.touched.add(next);
      const before = this.#live(device);
      // The apps come with the enrolment, some hours later.
      this.#later(this.chance.between(1, 4), () => {
        next.isBusy = false;
        for (const entry of before) {
          entry.isFormer = true;
          this.#isNews(this.#enter(next, entry.vendor, entry.isTied), 'secured');
          if (entry.vendor === 'jamf')
            this.#later(this.chance.between(2, 60), () => {
              entry.isRemoved = true;
            });
        }
      });
    });
  }

  #blankVersion(): void {
    this.#withIdle(({ device }) => {
      if (device.kind === 'other' || device.kind === 'unknown' || device.isTooOld) return;
      const { version } = device;
      device.version = '';
      this.#registered.delete(device);
      this.#busyFor(device, this.chance.between(1, 6 * STEPS_A_DAY), () => {
        device.version = version;
        this.#registered.delete(device);
      });
    });
  }

  /** A vendor lists a phone twice, for reasons of its own; somebody tidies up later. */
  #doubleEntry(): void {
    this.#withIdle((entry) => {
      if (entry.vendor === 'jamf') this.#installAgain(entry);
    });
  }

  #update(device: Made): void {
    if (device.isFormer) return;
    device.version = device.kind === 'android' ? '14' : '17.5.1';
    device.isTooOld = false;
    this.#registered.delete(device);
  }

  // Attacks.

  #planAttacks(): void {
    const kinds = [
      this.#plainAttack,
      this.#secondIdentity,
      this.#contactLost,
      this.#fromTheFuture,
      this.#ambiguous,
      this.#withUnknownName,
      this.#thenWithdrawal,
      this.#thenUnknownWord,
    ];
    for (let n = 0; n < this.options.attacks; n += 1) {
      const attack = kinds[n % kinds.length] as (typeof kinds)[number];
      this.#later(this.chance.between(3 * STEPS_A_DAY, 12 * STEPS_A_DAY), () => attack.call(this, n % 3 === 0));
    }
  }

  /** `ends`: after some days, by the vendor's word; else it lasts beyond the month. */
  #attack(vendor: VendorName, kind: readonly Kind[], ends: boolean, then = NOTHING_MORE, before = NOTHING_MORE): void {
    const entry = this.#idle(
      (one) =>
        one.vendor === vendor &&
        kind.includes(one.device.kind) &&
        !one.accepted &&
        (vendor !== 'lookout' || one.isTied),
    );
    if (entry === undefined) throw new Error(`nobody is left to attack at ${vendor}`);
    const { device } = entry;
    device.isBusy = true;
    this.#later(1, () => {
      device.isAttacked = true;
      this.attacked.add(device);
      this.#setLevel(entry, 'high');
      then(entry);
    });
    before(entry);
    if (!ends) return;
    // Not while the vendor has withdrawn, and cannot say so.
    this.#later((this.options.withdrawalOnDay + 6) * STEPS_A_DAY - this.#step, () => {
      entry.isSilenced = false;
      entry.app = 'works';
      this.#setLevel(entry, 'secured');
      const ofSerial = this.devices.filter(({ serial }) => serial === device.serial);
      for (const one of ofSerial) one.isAttacked = false;
      // Nothing else befalls two records with one serial number: whatever is bad would close both.
      device.isBusy = ofSerial.length > 1;
    });
  }

  #plainAttack(ends: boolean): void {
    this.#attack(this.chance.of(['lookout', 'jamf'] as const), ['android', 'iOS'], ends);
  }

  #secondIdentity(ends: boolean): void {
    this.#attack('serials', ['android'], ends, ({ device }) => {
      this.#later(1, () => this.#isNews(this.#enter(device, 'serials', false), 'secured'));
    });
  }

  #contactLost(ends: boolean): void {
    this.#attack(this.chance.of(['lookout', 'serials'] as const), ['android'], ends, (entry) =>
      this.#later(1, () => this.#setApp(entry, 'lost')),
    );
  }

  #fromTheFuture(ends: boolean): void {
    this.#attack('serials', ['android'], ends, NOTHING_MORE, (entry) => this.#sendsTomorrow.add(entry));
  }

  #ambiguous(ends: boolean): void {
    this.#attack('serials', ['android'], ends, ({ device }) => {
      const double = doubleOf(device, this.now);
      double.isAttacked = true;
      double.isBusy = true;
      this.attacked.add(double);
      this.touched.add(double);
      this.devices.push(double);
    });
  }

  #withUnknownName(ends: boolean): void {
    this.#attack('lookout', ['unknown'], ends);
  }

  #thenWithdrawal(ends: boolean): void {
    this.#attack('serials', ['android'], ends);
  }

  #thenUnknownWord(ends: boolean): void {
    this.#attack('lookout', ['android', 'iOS'], ends, (entry) =>
      this.#later(1, () => {
        entry.isSilenced = true;
        this.#isNews(entry, entry.level);
      }),
    );
  }

  async #withdrawal(sink: Sink): Promise<void> {
    const { attacks, withdrawalOnDay } = this.options;
    const is = attacks > 0 && this.day >= withdrawalOnDay && this.day < withdrawalOnDay + 4;
    if (is === this.#withdrawn) return;
    this.#withdrawn = is;
    await sink.provision(CONNECTORS.serials, !is);
  }

  // What the hub is told.

  async #contacts(sink: Sink): Promise<void> {
    for (const device of this.devices) {
      const isDue = this.now - device.lastContact >= 10 * DAY && device.offUntil <= this.now;
      if (this.#registered.has(device) && !isDue) continue;
      if (!this.#registered.has(device)) this.touched.add(device);
      device.lastContact =
        this.#registered.has(device) || device.enrolledAt === this.now ? this.now : device.lastContact;
      this.#registered.add(device);
      await sink.register(device);
    }
  }

  async #tellLookout(sink: Sink): Promise<void> {
    const { newWordOnDay } = this.options;
    const tellsAll = (this.day === newWordOnDay || this.day === newWordOnDay + 3) && this.#step % STEPS_A_DAY === 0;
    const word = this.#hasNewWord ? 'SHIELDED' : 'PROTECTED';
    const signals = this.entries
      .filter(({ vendor, isFormer }) => vendor === 'lookout' && !isFormer)
      .flatMap((entry) => {
        const before = this.#news.get(entry);
        if (before !== undefined || tellsAll)
          return lookoutEvents(entry, this.#tellAt(entry), before ?? entry.level, this.#nextId, word);
        return entry.accepted && !this.#hasNewWord && this.#isTurnOf(entry)
          ? lookoutMentions(entry, this.#eventTime(), this.#nextId)
          : [];
      });
    // One vendor's events arrive in the order of their times, more or less.
    signals.sort((a, b) => a.observedAt - b.observedAt);
    await this.#hand('lookout', signals, sink);
  }

  async #tellSerials(sink: Sink): Promise<void> {
    if (this.#withdrawn) return;
    const signals = this.entries
      .filter(({ vendor, isFormer }) => vendor === 'serials' && !isFormer)
      .flatMap((entry) => {
        const before = this.#news.get(entry);
        if (this.#sendsTomorrow.delete(entry)) return [serialsReport(entry, this.now + DAY, 'secured', this.#nextId)];
        if (before === undefined && (!this.#isTurnOf(entry) || entry.app === 'lost')) return [];
        return [serialsReport(entry, this.#tellAt(entry), before ?? entry.level, this.#nextId)];
      });
    await this.#hand('serials', signals, sink);
  }

  async #tellList(vendor: 'defender' | 'jamf', sink: Sink): Promise<void> {
    const { awayOnDay } = this.options;
    if (vendor === 'defender' && this.day >= awayOnDay && this.day < awayOnDay + 9) return;
    const today = this.options.start + this.day * DAY;
    const entries = this.entries.filter((entry) => entry.vendor === vendor && !entry.isRemoved);
    for (const entry of entries) {
      if (!entry.isFormer && entry.device.offUntil <= this.now) entry.lastSeen = Math.max(today, entry.lastSeen);
      if (entry.isFormer || entry.device.isFormer) continue;
      this.#tellAt(entry);
    }
    await this.#lists[vendor].poll(entries, this.askedAt, sink);
    this.#heard.set(vendor, this.askedAt);
    await sink.alive(CONNECTORS[vendor]);
  }

  async #hand(vendor: VendorName, signals: Parameters<Sink['report']>[1], sink: Sink): Promise<void> {
    await sink.report(CONNECTORS[vendor], signals);
    await sink.alive(CONNECTORS[vendor]);
    this.#heard.set(vendor, this.askedAt);
  }

  readonly #nextId = (): string => `report-${this.#ids++}`;

  /** The entry is told now: answers the time that the report bears. */
  #tellAt(entry: Entry): number {
    if (this.#news.delete(entry)) this.touched.add(entry.device);
    // A vendor whose app does not work knows no new level.
    // A good word beside one that nobody knows counts as soon as that is disregarded, which is at once: everybody is told it together.
    const { level, app, told, vendor } = entry;
    const isUnderstood = app === 'works';
    const knownLevel =
      isUnderstood || vendor === 'defender' || vendor === 'jamf'
        ? level
        : (told?.levelBefore ?? told?.level ?? 'secured');
    const isLevel = told?.isLevel === true || isUnderstood;
    entry.firstToldAt ??= this.askedAt;
    // When contact is lost after that, what was reported before the word nobody knows is there again.
    const isBesideNewWord = vendor === 'lookout' && this.#hasNewWord && isUnderstood && level === 'secured';
    entry.told = {
      level: knownLevel,
      app: vendor === 'jamf' ? 'works' : app,
      at: this.askedAt,
      isLevel,
      levelBefore: isBesideNewWord ? (told?.levelBefore ?? told?.level) : undefined,
    };
    return this.#eventTime();
  }

  /** Within the first minutes of the step, by a clock that is a few seconds off. */
  #eventTime(): number {
    return this.now + this.chance.between(0, 590) * 1_000 + this.chance.between(-3, 3) * 1_000;
  }

  #isTurnOf({ device }: Entry): boolean {
    return device.n % STEPS_A_DAY === this.#step % STEPS_A_DAY && device.offUntil <= this.now;
  }

  // Entries.

  #install(device: Made): void {
    const has = (share: number): boolean => this.chance.next() < share;
    const vendors: VendorName[] = [];
    if (device.kind === 'iOS' || (['android', 'unknown'].includes(device.kind) && has(0.75))) vendors.push('lookout');
    if (device.kind === 'android' && has(0.4)) vendors.push('serials');
    if ((device.kind === 'iOS' && has(0.4)) || (device.kind === 'macOS' && has(0.9))) vendors.push('jamf');
    if (device.kind === 'windows' || (['android', 'iOS', 'other'].includes(device.kind) && has(0.3)))
      vendors.push('defender');
    for (const vendor of vendors)
      this.#isNews(this.#enter(device, vendor, device.kind === 'iOS' || has(0.9)), 'secured');
  }

  #enter(device: Made, vendor: VendorName, isTied: boolean): Entry {
    const entry: Entry = {
      vendor,
      id: `${vendor}-${this.entries.length}`,
      device,
      createdAt: this.now,
      isTied,
      level: 'secured',
      app: 'works',
      accepted: false,
      isFormer: false,
      isRemoved: false,
      lastSeen: this.now + 60_000,
      told: undefined,
      firstToldAt: undefined,
      findingNo: 0,
      isSilenced: false,
    };
    this.entries.push(entry);
    // A Lookout app that was not handed an id names the person alone, who has two devices: nobody knows which it is on.
    if (vendor !== 'lookout' || isTied) this.#ofDevice.set(device, [...(this.#ofDevice.get(device) ?? []), entry]);
    return entry;
  }

  #live(device: Made): Entry[] {
    return this.entries.filter((entry) => entry.device === device && !entry.isFormer);
  }

  #setLevel(entry: Entry, level: Level): void {
    const before = entry.level;
    if (before === 'secured' && level !== 'secured') entry.findingNo += 1;
    entry.level = level;
    this.#isNews(entry, before);
  }

  #setApp(entry: Entry, app: App): void {
    entry.app = app;
    this.#isNews(entry, entry.level);
  }

  #isNews(entry: Entry, before: Level): void {
    if (!this.#news.has(entry)) this.#news.set(entry, before);
  }

  #withIdle(work: (entry: Entry) => void): void {
    const entry = this.#idle(() => true);
    if (entry !== undefined) work(entry);
  }

  /** An installed app on a device to which nothing happens just now. */
  #idle(isWanted: (entry: Entry) => boolean): Entry | undefined {
    for (let tries = 0; tries < 5_000; tries += 1) {
      const entry = this.chance.of(this.entries);
      if (
        !entry.isFormer &&
        !entry.device.isBusy &&
        !entry.device.isFormer &&
        entry.level === 'secured' &&
        entry.app === 'works' &&
        isWanted(entry)
      )
        return entry;
    }
    return undefined;
  }

  #busyFor(device: Made, steps: number, then: () => void): void {
    device.isBusy = true;
    this.#later(steps, () => {
      device.isBusy = false;
      then();
    });
  }

  #later(steps: number, event: () => void): void {
    const at = this.#step + Math.max(steps, 0);
    this.#plan.set(at, [...(this.#plan.get(at) ?? []), event]);
  }
}

const NOTHING_MORE = (_: Entry): void => undefined;
const LEVELS: readonly Level[] = ['secured', 'low', 'medium', 'high'];

function rank(level: Level): number {
  return LEVELS.indexOf(level);
}

function worst(levels: readonly Level[]): Level {
  return levels.reduce((a, b) => (rank(b) > rank(a) ? b : a), 'secured');
}
