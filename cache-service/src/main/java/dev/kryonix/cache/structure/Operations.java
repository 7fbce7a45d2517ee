package dev.kryonix.cache.structure;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.AppendResponse;
import dev.kryonix.api.cache.v1.HashDeleteResponse;
import dev.kryonix.api.cache.v1.HashSetResponse;
import dev.kryonix.api.cache.v1.IncrementResponse;
import dev.kryonix.api.cache.v1.ListEnd;
import dev.kryonix.api.cache.v1.ListPopResponse;
import dev.kryonix.api.cache.v1.ListPushResponse;
import dev.kryonix.api.cache.v1.ListRangeResponse;
import dev.kryonix.api.cache.v1.SetAddResponse;
import dev.kryonix.api.cache.v1.SetRemoveResponse;
import dev.kryonix.cache.structure.Operation.Done;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What can be done to counters, bytes, sets, lists and hashes. */
final class Operations {
  private static final int DEFAULT_RANGE = 100;

  private Operations() {}

  static Operation<Long, IncrementResponse> increment(long delta) {
    return value -> {
      long sum = value + delta;
      if (((value ^ sum) & (delta ^ sum)) < 0) {
        throw StructureErrors.overflow();
      }
      return new Done<>(
          sum,
          delta != 0,
          metadata -> IncrementResponse.newBuilder().setValue(sum).setMetadata(metadata).build());
    };
  }

  static Operation<ByteString, AppendResponse> append(ByteString more) {
    return value ->
        new Done<>(
            value.concat(more),
            true,
            metadata -> AppendResponse.newBuilder().setMetadata(metadata).build());
  }

  static Operation<Set<ByteString>, SetAddResponse> setAdd(List<ByteString> members) {
    return set -> {
      int before = set.size();
      boolean changed = set.addAll(members);
      return new Done<>(
          set,
          changed,
          metadata ->
              SetAddResponse.newBuilder()
                  .setAdded(set.size() - before)
                  .setSize(set.size())
                  .build());
    };
  }

  static Operation<Set<ByteString>, SetRemoveResponse> setRemove(List<ByteString> members) {
    return set -> {
      int before = set.size();
      members.forEach(set::remove);
      return new Done<>(
          set,
          set.size() != before,
          metadata ->
              SetRemoveResponse.newBuilder()
                  .setRemoved(before - set.size())
                  .setSize(set.size())
                  .build());
    };
  }

  /** Each element is put at the end after the one before it, so the last is the outermost. */
  static Operation<List<ByteString>, ListPushResponse> listPush(
      List<ByteString> elements, ListEnd end, long mostElements) {
    return list -> {
      boolean atHead = end == ListEnd.LIST_END_HEAD;
      if (atHead) {
        list.addAll(0, elements.reversed());
      } else {
        list.addAll(elements);
      }
      int over = mostElements == 0 ? 0 : (int) Math.max(0, list.size() - mostElements);
      List<ByteString> kept =
          atHead ? list.subList(0, list.size() - over) : list.subList(over, list.size());
      return new Done<>(
          kept,
          !elements.isEmpty() || over > 0,
          metadata -> ListPushResponse.newBuilder().setSize(kept.size()).build());
    };
  }

  static Operation<List<ByteString>, ListPopResponse> listPop(int count, ListEnd end) {
    return list -> {
      int some = Math.min(Math.max(1, count), list.size());
      boolean atTail = end == ListEnd.LIST_END_TAIL;
      int size = list.size();
      List<ByteString> popped =
          new ArrayList<>(
              atTail ? list.subList(size - some, size).reversed() : list.subList(0, some));
      List<ByteString> kept =
          new ArrayList<>(atTail ? list.subList(0, size - some) : list.subList(some, size));
      return new Done<>(
          kept,
          some > 0,
          metadata ->
              ListPopResponse.newBuilder().addAllElements(popped).setSize(kept.size()).build());
    };
  }

  static ListRangeResponse listRange(List<ByteString> list, long start, int count) {
    long from = start < 0 ? Math.max(0, list.size() + start) : Math.min(start, list.size());
    long to = Math.min(list.size(), from + (count == 0 ? DEFAULT_RANGE : count));
    return ListRangeResponse.newBuilder()
        .addAllElements(list.subList((int) from, (int) to))
        .setSize(list.size())
        .build();
  }

  static Operation<Map<String, ByteString>, HashSetResponse> hashSet(
      Map<String, ByteString> fields) {
    return hash -> {
      int before = hash.size();
      boolean changed = false;
      for (Map.Entry<String, ByteString> field : fields.entrySet()) {
        changed |= !field.getValue().equals(hash.put(field.getKey(), field.getValue()));
      }
      return new Done<>(
          hash,
          changed,
          metadata ->
              HashSetResponse.newBuilder()
                  .setAdded(hash.size() - before)
                  .setSize(hash.size())
                  .build());
    };
  }

  static Operation<Map<String, ByteString>, HashDeleteResponse> hashDelete(List<String> fields) {
    return hash -> {
      int before = hash.size();
      fields.forEach(hash::remove);
      return new Done<>(
          hash,
          hash.size() != before,
          metadata ->
              HashDeleteResponse.newBuilder()
                  .setRemoved(before - hash.size())
                  .setSize(hash.size())
                  .build());
    };
  }
}
