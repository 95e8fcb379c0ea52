using k8s.Models;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Model;
using Orchestrator.Model.Devices;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Agent.Nodes;

/// <summary>The node's objects in the API, as the agent wants them. Pure.</summary>
internal static class NodeObjects
{
    public static Dictionary<string, string> Labels(AgentOptions options)
    {
        var labels = new Dictionary<string, string>(options.NodeLabels, StringComparer.Ordinal)
        {
            [WellKnown.HostnameLabel] = options.NodeName,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = Architecture,
        };
        return labels;
    }

    public static Dictionary<string, string> Annotations(AgentOptions options)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [LocalVolumes.DirectoryAnnotation] = options.LocalVolumesDirectory };
        if (options.Devices.Count > 0)
        {
            annotations[WellKnown.DevicesAnnotation] = NodeDeviceText.Write(options.Devices);
        }

        return annotations;
    }

    public static V1NodeStatus Status(
        AgentOptions options, NodeCapacity capacity, IReadOnlyList<(RuntimeIdentity Identity, RuntimeHealth Health)> runtimes, NodePressure pressure, V1NodeStatus? old, DateTimeOffset now)
    {
        var ready = runtimes.Where(r => r.Health.Ready).ToList();
        var first = ready.Count > 0 ? ready[0] : runtimes[0];
        return new V1NodeStatus
        {
            Capacity = capacity.CapacityQuantities(),
            Allocatable = capacity.AllocatableQuantities(),
            Addresses = [new V1NodeAddress { Type = "InternalIP", Address = options.NodeIp }, new V1NodeAddress { Type = "Hostname", Address = options.NodeName }],
            DaemonEndpoints = new V1NodeDaemonEndpoints { KubeletEndpoint = new V1DaemonEndpoint { Port = options.Port } },
            Conditions =
            [
                ready.Count > 0
                    ? Condition("Ready", "True", "AgentReady", "agent is posting ready status", old, now)
                    : Condition("Ready", "False", "NoRuntimeReady", string.Join("; ", runtimes.Select(r => $"{r.Identity.Technology}: {r.Health.Message}")), old, now),
                .. NodeSignals.All.Select(s => Pressure(s, pressure.IsUnder(s), old, now)),
                .. (old?.Conditions ?? []).Where(c => c.Type != "Ready" && NodeSignals.All.All(s => NodeSignals.Condition(s) != c.Type)),
            ],
            NodeInfo = new V1NodeSystemInfo
            {
                Architecture = Architecture,
                OperatingSystem = "linux",
                OsImage = MachineFacts.OperatingSystem(),
                KernelVersion = MachineFacts.KernelVersion(),
                BootID = MachineFacts.BootId(),
                MachineID = MachineFacts.MachineId(),
                SystemUUID = MachineFacts.MachineId(),
                KubeletVersion = Version,
                KubeProxyVersion = "",
                ContainerRuntimeVersion = $"{first.Identity.Technology}://{first.Health.Version}",
            },
        };
    }

    private static V1NodeCondition Pressure(NodeSignal signal, bool isShort, V1NodeStatus? old, DateTimeOffset now)
    {
        var (reason, message) = NodeSignals.Explain(signal, isShort);
        return Condition(NodeSignals.Condition(signal), isShort ? "True" : "False", reason, message, old, now);
    }

    public static V1Hypervisor Hypervisor(AgentOptions options, V1Node node, RuntimeIdentity identity) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = HypervisorName(options, identity),
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [WellKnown.NodeLabel] = options.NodeName },
            OwnerReferences = [new V1OwnerReference { ApiVersion = "v1", Kind = "Node", Name = node.Metadata.Name, Uid = node.Metadata.Uid }],
        },
        Spec = new V1HypervisorSpec { NodeName = options.NodeName, Technology = identity.Technology, Class = identity.Class, Type = identity.Type },
    };

    public static string HypervisorName(AgentOptions options, RuntimeIdentity identity) => $"{options.NodeName}-{identity.Technology}";

    public static V1HypervisorStatus HypervisorStatus(
        RuntimeHealth health, NodeCapacity capacity, int workloads, V1HypervisorStatus? old, DateTimeOffset now)
    {
        var status = health.Ready ? "True" : "False";
        var before = old?.Conditions.FirstOrDefault(c => c.Type == "Ready");
        return new V1HypervisorStatus
        {
            Version = health.Version,
            RuntimeHandlers = [.. health.Handlers],
            Capacity = capacity.AllocatableQuantities().Where(q => q.Key is "cpu" or "memory" or "pods").ToDictionary(StringComparer.Ordinal),
            Capabilities = [.. health.Capabilities],
            Workloads = workloads,
            Conditions =
            [
                new V1Condition
                {
                    Type = "Ready",
                    Status = status,
                    Reason = health.Reason,
                    Message = health.Message,
                    LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now.UtcDateTime,
                },
            ],
        };
    }

    private static string Version { get; } = $"v{typeof(NodeObjects).Assembly.GetName().Version?.ToString(3)}";

    private static string Architecture { get; } = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };

    // The heartbeat is the Lease; the condition is written when it changes, so that a quiet node costs no writes.
    private static V1NodeCondition Condition(string type, string status, string reason, string message, V1NodeStatus? old, DateTimeOffset now)
    {
        var before = old?.Conditions?.FirstOrDefault(c => c.Type == type);
        var isSame = before?.Status == status && before.Reason == reason && before.Message == message;
        return new V1NodeCondition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now.UtcDateTime,
            LastHeartbeatTime = isSame ? before!.LastHeartbeatTime : now.UtcDateTime,
        };
    }
}
