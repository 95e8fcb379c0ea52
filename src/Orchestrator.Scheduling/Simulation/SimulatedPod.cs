using System.Text.Json;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>A pod of a simulated cluster.</summary>
/// <param name="Facts">What the scheduler goes by.</param>
/// <param name="Workload">What it asks of nodes; null where its runtime class does not exist.</param>
/// <param name="Json">The Pod.</param>
public sealed record SimulatedPod(PodFacts Facts, Workload? Workload, JsonElement Json)
{
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    /// <summary>NAMESPACE/NAME.</summary>
    public string Key => $"{Facts.Namespace}/{Facts.Name}";

    /// <summary>Who makes the pod anew when it goes; null where nobody does.</summary>
    public PodController? Controller { get; } = PodController.Of(Json);

    /// <summary>Belongs to its node, and neither moves off it nor is missed with it: of a DaemonSet, or run by the node from a file.</summary>
    public bool BelongsToNode =>
        Controller?.Kind == "DaemonSet" || Json.Member("metadata").Member("annotations").Member(MirrorAnnotation).IsPresent();
}

/// <summary>The owner of a pod that acts as its controller.</summary>
public sealed record PodController(string Kind, string Name, string Uid)
{
    /// <summary>KIND/NAME in lower case, as kubectl writes it.</summary>
    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";

    internal static PodController? Of(JsonElement pod)
    {
        foreach (JsonElement owner in pod.Member("metadata").Member("ownerReferences").Items())
        {
            if (owner.Member("controller").IsTrue())
            {
                return new PodController(owner.Member("kind").Text(), owner.Member("name").Text(), owner.Member("uid").Text());
            }
        }

        return null;
    }
}
