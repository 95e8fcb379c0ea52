using System.Text;
using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Volumes;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>
/// Finds the shape of a pod, compiling it only when no pod asked for the same before. The key is the raw JSON of the parts that matter:
/// pods of one template are byte for byte alike there, and two spellings of the same demand merely compile twice.
/// </summary>
/// <param name="cluster">The cluster in whose ids shapes are compiled.</param>
/// <param name="limit">Most shapes kept; when full, all are forgotten, since those in use are compiled again at once.</param>
public sealed class ShapeCatalog(ClusterState cluster, int limit = 16_384)
{
    private static readonly string[] SpecParts = ["nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "overhead", "resources", "resourceClaims", "hostNetwork"];
    private readonly Dictionary<string, WorkloadShape> _shapes = new(StringComparer.Ordinal);
    private readonly StringBuilder _key = new();

    public int Count => _shapes.Count;

    /// <param name="pod">The Pod.</param>
    /// <param name="handler">Its runtime handler, resolved from its RuntimeClass.</param>
    /// <param name="defaults">What its scheduler's profile adds.</param>
    /// <param name="company">Selects the pods that it is spread from by default; null for none.</param>
    public WorkloadShape Find(JsonElement pod, string handler, ShapeDefaults defaults, LabelSelector? company)
    {
        JsonElement spec = pod.Member("spec");
        VolumeDemand volumes = cluster.Volumes.Resolve(pod);
        string key = KeyOf(pod, spec, handler, defaults, company, volumes);
        if (!_shapes.TryGetValue(key, out WorkloadShape? shape))
        {
            if (_shapes.Count >= limit)
            {
                _shapes.Clear();
            }

            shape = ShapeCompiler.Compile(pod, handler, defaults, company, volumes, cluster);
            _shapes.Add(key, shape);
        }

        return shape;
    }

    private string KeyOf(JsonElement pod, JsonElement spec, string handler, ShapeDefaults defaults, LabelSelector? company, VolumeDemand volumes)
    {
        _key.Clear().Append(handler).Append('\n').Append(defaults.Key);
        AppendCompany(pod, company);
        foreach (string part in SpecParts)
        {
            Append(part, spec.Member(part));
        }

        Append("capabilities", pod.Member("metadata").Member("annotations").Member(WellKnown.RequiredCapabilitiesAnnotation));
        Append("models", pod.Member("metadata").Member("annotations").Member(WellKnown.DeviceModelsAnnotation));
        AppendTermContext(pod, spec);
        foreach (JsonElement container in spec.Member("initContainers").Items())
        {
            Append("init", container.Member("restartPolicy"));
            AppendContainer(container);
        }

        foreach (JsonElement container in spec.Member("containers").Items())
        {
            AppendContainer(container);
            if (handler != RuntimeHandlers.Runc)
            {
                // Gives a machine its processors.
                Append("cpuLimit", container.Member("resources").Member("limits").Member("cpu"));
            }
        }

        foreach (JsonElement volume in spec.Member("volumes").Items())
        {
            Append("ephemeral", volume.Member("ephemeral"));
        }

        if (volumes != VolumeDemand.None)
        {
            _key.Append('\n').Append(volumes.Key);
        }

        return _key.ToString();
    }

    // Terms about other pods mean the pod's own namespace where they name none, and may take values from its labels.
    private void AppendTermContext(JsonElement pod, JsonElement spec)
    {
        JsonElement affinity = spec.Member("affinity");
        JsonElement spread = spec.Member("topologySpreadConstraints");
        if (!affinity.Member("podAffinity").HasContent() && !affinity.Member("podAntiAffinity").HasContent() && !spread.HasContent())
        {
            return;
        }

        Append("namespace", pod.Member("metadata").Member("namespace"));
        if (Mentions(affinity, "LabelKeys") || Mentions(spread, "LabelKeys"))
        {
            Append("labels", pod.Member("metadata").Member("labels"));
        }
    }

    private void AppendCompany(JsonElement pod, LabelSelector? company)
    {
        if (company is null)
        {
            return;
        }

        Append("company", pod.Member("metadata").Member("namespace"));
        foreach (LabelRequirement requirement in company.Requirements)
        {
            _key.Append('\n').Append(requirement.Key).Append(' ').Append(requirement.Operator).Append(' ').AppendJoin(',', requirement.Values);
        }
    }

    private static bool Mentions(JsonElement part, string word) => part.IsPresent() && part.GetRawText().Contains(word, StringComparison.Ordinal);

    private void AppendContainer(JsonElement container)
    {
        Append("requests", container.Member("resources").Member("requests"));
        Append("claims", container.Member("resources").Member("claims"));
        Append("ports", container.Member("ports"));
        Append("image", container.Member("image"));
    }

    private void Append(string name, JsonElement part)
    {
        _key.Append('\n').Append(name);
        if (part.IsPresent())
        {
            _key.Append(part.GetRawText());
        }
    }
}
