package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Lexicon.Cue;
import dev.kryonix.tenant.suggest.Phrases.Hit;
import dev.kryonix.tenant.suggest.Token.Gap;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Which words of a text are negated. A negation reaches to the end of its clause, over commas and
 * «and» as long as what follows is a list and no statement of its own. Where only verbs follow it,
 * it reaches back: «marketing não precisamos».
 */
final class Negation {
  /** The most words that a negation reaches over. */
  private static final int REACH = 12;

  /** How near behind a negation «without» turns it back: «não vivemos sem». */
  private static final int UNDO_REACH = 3;

  private static final int NONE = -1;

  private final Text text;
  private final Cue[] cues;
  private final int[] ends;
  private final BitSet english;
  private final BitSet statementAhead;
  private final BitSet negated = new BitSet();
  private int opened = NONE;
  private int lastNot = NONE;
  private boolean toVerb;
  private boolean without;

  private Negation(Text text, Phrases<Cue> lexicon, BitSet english) {
    this.text = text;
    this.english = english;
    this.cues = new Cue[text.size()];
    this.ends = new int[text.size()];
    Arrays.fill(cues, Cue.NONE);
    place(lexicon);
    this.statementAhead = statementsAhead();
  }

  /** The places of the negated words. */
  static BitSet in(Text text, Lexicon lexicon) {
    return new Negation(text, lexicon.cues(), Languages.english(text, lexicon.languages())).run();
  }

  /** Where phrases overlap, the longer one stands: «não só» is no «não». */
  private void place(Phrases<Cue> lexicon) {
    int free = 0;
    for (int i = 0; i < text.size(); i++) {
      ends[i] = i;
      if (i < free) {
        continue;
      }
      for (Hit<Cue> hit : lexicon.at(text, i)) {
        if (cues[i] == Cue.NONE || hit.last() > ends[i]) {
          cues[i] = hit.meaning();
          ends[i] = hit.last();
          free = hit.last() + 1;
        }
      }
    }
  }

  /** The places from which a statement, or a number, is to come before the next comma. */
  private BitSet statementsAhead() {
    BitSet ahead = new BitSet();
    for (int i = text.size() - 1; i >= 0; i--) {
      boolean next = i + 1 < text.size() && isJoined(i + 1) && ahead.get(i + 1);
      ahead.set(i, cues[i] == Cue.STATEMENT || text.token(i).isNumber() || next);
    }
    return ahead;
  }

  private BitSet run() {
    for (int i = 0; i < text.size(); i++) {
      Gap gap = text.token(i).gap();
      if (gap == Gap.SENTENCE || (gap == Gap.COMMA && beginsStatement(i))) {
        opened = NONE;
      }
      if (gap != Gap.SPACE) {
        lastNot = NONE;
      }
      apply(cues[i], i);
      if (opened != NONE && i - opened > REACH) {
        opened = NONE;
      }
      if (opened != NONE) {
        negated.set(i);
      }
    }
    return negated;
  }

  private void apply(Cue cue, int at) {
    switch (cue) {
      case NEGATION -> deny(at);
      case ENGLISH_NEGATION -> {
        if (english.get(at) || isAlone(at)) {
          deny(at);
        }
      }
      case NOR -> open(at);
      case INSTEAD -> {
        open(at);
        toVerb = true;
      }
      case WITHOUT -> {
        if (lastNot != NONE && at - lastNot <= UNDO_REACH) {
          opened = NONE;
        } else {
          open(at);
          without = true;
        }
      }
      case NO_NEGATION -> {
        undoWithout(at);
        lastNot = at;
      }
      case UNDO, BUT -> opened = NONE;
      case YET -> takeBack(at);
      case AND -> {
        if (at + 1 < text.size() && beginsStatement(at + 1)) {
          opened = NONE;
        }
      }
      case STATEMENT, OPENER -> {
        if (toVerb) {
          opened = NONE;
        }
      }
      case NONE -> {}
    }
  }

  private void deny(int at) {
    undoWithout(at);
    open(at);
    lastNot = at;
    reachBack(at);
  }

  private void open(int at) {
    opened = at;
    toVerb = false;
    without = false;
  }

  /** «Sem whatsapp não dá». */
  private void undoWithout(int at) {
    if (without) {
      takeBack(at);
    }
  }

  private void takeBack(int at) {
    if (opened != NONE) {
      negated.clear(opened, at);
    }
    opened = NONE;
  }

  private boolean beginsStatement(int at) {
    return cues[at] == Cue.OPENER || statementAhead.get(at);
  }

  private void reachBack(int at) {
    int next = ends[at] + 1;
    while (next < text.size() && isJoined(next) && isVerb(next)) {
      next++;
    }
    boolean onlyVerbs = next == text.size() || !isJoined(next) || cues[next] == Cue.AND;
    for (int i = at - 1; onlyVerbs && i >= Math.max(0, at - REACH); i--) {
      boolean own = i < at - 1 && cues[i] == Cue.STATEMENT;
      boolean joined = isJoined(i + 1) || (i == at - 1 && isAlone(at));
      if (!joined || own || endsClause(cues[i])) {
        return;
      }
      negated.set(i);
      // What it denies stands before it, so it reaches over no comma behind it.
      opened = NONE;
    }
  }

  /** Whether the word is the whole answer: «WhatsApp: não. Marketing? No.» */
  private boolean isAlone(int at) {
    String gap = text.gapBefore(at);
    boolean asked = gap.contains(":") || gap.contains("?");
    return asked && (at + 1 == text.size() || !isJoined(at + 1));
  }

  private boolean isVerb(int at) {
    return cues[at] == Cue.STATEMENT || Phrase.isGlue(text.token(at).word());
  }

  private static boolean endsClause(Cue cue) {
    return switch (cue) {
      case AND, BUT, NEGATION, NOR, INSTEAD, WITHOUT, YET -> true;
      case NONE, NO_NEGATION, ENGLISH_NEGATION, STATEMENT, OPENER, UNDO -> false;
    };
  }

  private boolean isJoined(int at) {
    return text.token(at).gap() == Gap.SPACE;
  }
}
