package dev.kryonix.cache.structure;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.ScoredMember;
import dev.kryonix.api.cache.v1.SortedSetAddResponse;
import dev.kryonix.api.cache.v1.SortedSetRangeRequest;
import dev.kryonix.api.cache.v1.SortedSetRangeResponse;
import dev.kryonix.api.cache.v1.SortedSetRemoveResponse;
import dev.kryonix.cache.structure.Operation.Done;
import dev.kryonix.kit.errors.CommonErrors;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What can be done to sorted sets: by score, members of one score by their bytes. */
final class SortedSets {
  private static final int DEFAULT_RANGE = 100;
  private static final Comparator<Map.Entry<ByteString, Double>> ORDER =
      Map.Entry.<ByteString, Double>comparingByValue()
          .thenComparing(Map.Entry::getKey, ByteString.unsignedLexicographicalComparator());

  private SortedSets() {}

  static Operation<Map<ByteString, Double>, SortedSetAddResponse> add(List<ScoredMember> members) {
    return set -> {
      int before = set.size();
      boolean changed = false;
      for (ScoredMember each : members) {
        // Zero has one score, not two.
        Double score = each.getScore() + 0.0;
        changed |= !score.equals(set.put(each.getMember(), score));
      }
      return new Done<>(
          set,
          changed,
          metadata ->
              SortedSetAddResponse.newBuilder()
                  .setAdded(set.size() - before)
                  .setSize(set.size())
                  .build());
    };
  }

  static Operation<Map<ByteString, Double>, SortedSetRemoveResponse> remove(
      List<ByteString> members) {
    return set -> {
      int before = set.size();
      members.forEach(set::remove);
      return new Done<>(
          set,
          set.size() != before,
          metadata ->
              SortedSetRemoveResponse.newBuilder()
                  .setRemoved(before - set.size())
                  .setSize(set.size())
                  .build());
    };
  }

  static SortedSetRangeResponse range(Map<ByteString, Double> set, SortedSetRangeRequest request) {
    Stream<Map.Entry<ByteString, Double>> ordered =
        set.entrySet().stream().sorted(request.getDescending() ? ORDER.reversed() : ORDER);
    if (request.hasScore()) {
      double min = request.getScore().getMin();
      double max = request.getScore().getMax();
      if (Double.isNaN(min) || Double.isNaN(max)) {
        throw CommonErrors.invalidField(
            Double.isNaN(min) ? "score.min" : "score.max", "not a number");
      }
      ordered = ordered.filter(each -> each.getValue() >= min && each.getValue() <= max);
    } else {
      long start = request.getRank().getStart();
      if (start < 0) {
        throw CommonErrors.invalidField("rank.start", "at least 0");
      }
      ordered = ordered.skip(start);
    }
    SortedSetRangeResponse.Builder found = SortedSetRangeResponse.newBuilder().setSize(set.size());
    ordered
        .limit(request.getCount() == 0 ? DEFAULT_RANGE : request.getCount())
        .forEach(
            each -> found.addMembersBuilder().setMember(each.getKey()).setScore(each.getValue()));
    return found.build();
  }
}
