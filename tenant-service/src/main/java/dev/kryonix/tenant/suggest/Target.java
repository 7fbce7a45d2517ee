package dev.kryonix.tenant.suggest;

/** What a term can speak for. */
sealed interface Target {
  /** In plain words, for the evidence. */
  String describe();

  /** A sector of the catalogue. */
  record OfSector(String name) implements Target {
    @Override
    public String describe() {
      return "the sector " + name;
    }
  }

  /** A module of the catalogue. */
  record OfModule(String name) implements Target {
    @Override
    public String describe() {
      return "the module " + name;
    }
  }

  /** A plan, asked for by its name. */
  record OfPlan(String name) implements Target {
    @Override
    public String describe() {
      return "the plan " + name + ", by its name";
    }
  }

  /** A size that a plan is for. */
  record OfSize(String plan) implements Target {
    @Override
    public String describe() {
      return "a company of the size that the plan " + plan + " is for";
    }
  }

  /** A business's word for a general one. */
  record OfWord(String subject, String value) implements Target {
    @Override
    public String describe() {
      return "the word " + value + " for " + subject;
    }
  }

  /** A regime that the company says it is under, or its whereabouts do. */
  record OfRegime(String name) implements Target {
    @Override
    public String describe() {
      return "the regime " + name;
    }
  }

  /** Data of the kind that a sector handles. */
  record OfData(String sector) implements Target {
    @Override
    public String describe() {
      return "data as the sector " + sector + " handles it, and so of its regimes";
    }
  }
}
