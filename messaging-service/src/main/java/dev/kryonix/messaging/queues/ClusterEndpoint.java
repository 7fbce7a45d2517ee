package dev.kryonix.messaging.queues;

import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.BrokerFeatures;
import dev.kryonix.api.messaging.v1.ClusterNode;
import dev.kryonix.api.messaging.v1.Connection;
import dev.kryonix.api.messaging.v1.GetClusterHealthResponse;
import dev.kryonix.api.messaging.v1.ListConnectionsRequest;
import dev.kryonix.api.messaging.v1.ListConnectionsResponse;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.messaging.broker.BrokerCapabilities;
import dev.kryonix.messaging.broker.Names;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** The RPCs about the broker cluster, for who runs the platform. */
@Singleton
public final class ClusterEndpoint {
  private static final int PAGE_SIZE = 100;
  private static final int NAMED = 10;
  private static final String OURS = "kryonix-messaging ";
  private static final String KHEPRI = "khepri_db";

  private final Cluster cluster;
  private final PageTokens pages;

  ClusterEndpoint(Cluster cluster, PageTokens pages) {
    this.cluster = cluster;
    this.pages = pages;
  }

  /** Shows how the cluster is. */
  public GetClusterHealthResponse health() {
    Json overview = cluster.overview();
    List<ClusterNode> nodes = cluster.nodes().stream().map(ClusterEndpoint::node).toList();
    List<String> problems = problems(nodes, cluster.withoutMajority());
    return GetClusterHealthResponse.newBuilder()
        .setName(overview.text("cluster_name"))
        .setVersion(overview.text("rabbitmq_version"))
        .setHealthy(problems.isEmpty())
        .addAllProblems(problems)
        .addAllNodes(nodes)
        .setFeatures(features(overview.text("rabbitmq_version")))
        .setQueues(overview.number("object_totals.queues"))
        .setConnections(overview.number("object_totals.connections"))
        .setReady(overview.number("queue_totals.messages_ready"))
        .setUnacked(overview.number("queue_totals.messages_unacknowledged"))
        .setVhosts(cluster.vhosts())
        .build();
  }

  /** Lists connections, by name. */
  public ListConnectionsResponse connections(ListConnectionsRequest request) {
    String listing = "ListConnections/" + request.getTenant();
    String after = pages.read(listing, request.getPageToken());
    int size = request.getPageSize() == 0 ? PAGE_SIZE : request.getPageSize();
    List<Connection> page =
        cluster.connections().stream()
            .filter(each -> each.text("name").compareTo(after) > 0)
            .map(ClusterEndpoint::connection)
            .filter(
                each ->
                    request.getTenant().isEmpty() || each.getTenant().equals(request.getTenant()))
            .limit(size + 1L)
            .toList();
    ListConnectionsResponse.Builder response =
        ListConnectionsResponse.newBuilder()
            .addAllConnections(page.subList(0, Math.min(size, page.size())));
    if (page.size() > size) {
      response.setNextPageToken(pages.after(listing, page.get(size - 1).getName()));
    }
    return response.build();
  }

  /** What is wrong, for a person. */
  static List<String> problems(List<ClusterNode> nodes, List<String> withoutMajority) {
    List<String> problems = new ArrayList<>();
    for (ClusterNode node : nodes) {
      if (!node.getRunning()) {
        problems.add("the node " + node.getName() + " does not run");
      }
      if (node.getMemoryAlarm()) {
        problems.add("the node " + node.getName() + " is short of memory and takes no messages");
      }
      if (node.getDiskAlarm()) {
        problems.add("the node " + node.getName() + " is short of disk and takes no messages");
      }
      if (node.getPartitionsCount() > 0) {
        problems.add("the node " + node.getName() + " cannot see " + node.getPartitionsList());
      }
    }
    withoutMajority.stream()
        .limit(NAMED)
        .forEach(queue -> problems.add("the queue " + queue + " has no majority"));
    if (withoutMajority.size() > NAMED) {
      problems.add((withoutMajority.size() - NAMED) + " more queues have no majority");
    }
    return problems;
  }

  private BrokerFeatures features(String version) {
    BrokerCapabilities can = BrokerCapabilities.of(version);
    return BrokerFeatures.newBuilder()
        .setQuorumPriorities(can.quorumPriorities())
        .setDefaultDeliveryLimit(can.defaultDeliveryLimit())
        .setNativeDelayedRetry(can.nativeDelayedRetry())
        .setStreams(can.streams())
        .setKhepri(can.khepri() || cluster.hasFeature(KHEPRI))
        .build();
  }

  private static ClusterNode node(Json node) {
    ClusterNode.Builder shown =
        ClusterNode.newBuilder()
            .setName(node.text("name"))
            .setRunning(node.flag("running"))
            .setMemoryUsedBytes(node.number("mem_used"))
            .setMemoryLimitBytes(node.number("mem_limit"))
            .setMemoryAlarm(node.flag("mem_alarm"))
            .setDiskFreeBytes(node.number("disk_free"))
            .setDiskLimitBytes(node.number("disk_free_limit"))
            .setDiskAlarm(node.flag("disk_free_alarm"));
    node.texts("partitions").forEach(shown::addPartitions);
    return shown.build();
  }

  private static Connection connection(Json connection) {
    String purpose = connection.text("user_provided_name");
    Connection.Builder shown =
        Connection.newBuilder()
            .setName(connection.text("name"))
            .setTenant(
                Names.tenantOfVhost(connection.text("vhost")).map(TenantId::value).orElse(""))
            .setPurpose(purpose.startsWith(OURS) ? purpose.substring(OURS.length()) : purpose)
            .setState(connection.text("state"))
            .setChannels((int) connection.number("channels"))
            .setReceiveBytesRate(connection.rate("recv_oct_details.rate"))
            .setSendBytesRate(connection.rate("send_oct_details.rate"))
            .setNode(connection.text("node"));
    long connected = connection.number("connected_at");
    if (connected > 0) {
      shown.setConnectTime(Timestamps.fromMillis(connected));
    }
    return shown.build();
  }
}
