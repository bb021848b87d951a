// Topic of a destination record: literal text, `{{ index .Metadata "key" }}` and `{{ .Metadata.key }}`. Other Go templates are
// refused when the connector is configured.

/** One piece of a template: literal text or a metadata key. */
export class TopicPart {
  constructor(
    public text: string,
    public isKey: bool,
    /** A missing key makes the whole topic `<no value>`-free: `index` gives an empty text, `.Metadata.key` is an error of its own. */
    public isIndex: bool,
  ) {}
}

export class TopicTemplate {
  parts: TopicPart[] = [];
}
