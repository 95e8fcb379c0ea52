using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps.ReplicaSets;
using Orchestrator.Grains.Reconciling;

namespace Orchestrator.Grains.Apps;

/// <summary>Looks after one ReplicaSet. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IReplicaSetGrain : IReconcilerGrain;

/// <summary>Looks after one ReplicationController. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IReplicationControllerGrain : IReconcilerGrain;

/// <summary>Looks after one Deployment. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IDeploymentGrain : IReconcilerGrain;

/// <summary>Looks after one StatefulSet. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IStatefulSetGrain : IReconcilerGrain;

/// <summary>Looks after one DaemonSet. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IDaemonSetGrain : IReconcilerGrain;

internal sealed class ReplicaSetGrain(AppsParts parts, ILogger<ReplicaSetGrain> logger)
    : AppsGrain(parts, logger, p => new ReplicaSetPlanner(p, ControllerKind.ReplicaSet)), IReplicaSetGrain;

internal sealed class ReplicationControllerGrain(AppsParts parts, ILogger<ReplicationControllerGrain> logger)
    : AppsGrain(parts, logger, p => new ReplicaSetPlanner(p, ControllerKind.ReplicationController)), IReplicationControllerGrain;

internal sealed class DeploymentGrain(AppsParts parts, ILogger<DeploymentGrain> logger)
    : AppsGrain(parts, logger, p => new Deployments.DeploymentPlanner(p)), IDeploymentGrain;

internal sealed class StatefulSetGrain(AppsParts parts, ILogger<StatefulSetGrain> logger)
    : AppsGrain(parts, logger, p => new StatefulSets.StatefulSetPlanner(p)), IStatefulSetGrain;

internal sealed class DaemonSetGrain(AppsParts parts, ILogger<DaemonSetGrain> logger)
    : AppsGrain(parts, logger, p => new DaemonSets.DaemonSetPlanner(p)), IDaemonSetGrain;
