using System.Text.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Reading;

namespace Orchestrator.Scheduling.Profiles;

/// <summary>
/// Whose pods a pod is to be spread from where it does not say: those of the Services that select it, and of the controller that owns it, as in Kubernetes.
/// </summary>
public sealed class PodCompany
{
    private readonly Dictionary<string, LabelSelector> _byController = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, LabelSelector>> _services = new(StringComparer.Ordinal);

    /// <summary>A Service, or null where it is gone.</summary>
    public void SetService(string ns, string name, JsonElement? service)
    {
        LabelRequirement[] labels = service is { } present
            ? [.. present.Member("spec").Member("selector").Members().Select(l => new LabelRequirement(l.Name, LabelOperator.In, [l.Value.Text()]))]
            : [];
        if (!_services.TryGetValue(ns, out SortedDictionary<string, LabelSelector>? siblings))
        {
            _services.Add(ns, siblings = new SortedDictionary<string, LabelSelector>(StringComparer.Ordinal));
        }

        // A Service without a selector selects nobody.
        if (labels.Length == 0)
        {
            siblings.Remove(name);
        }
        else
        {
            siblings[name] = new LabelSelector(labels);
        }

        if (siblings.Count == 0)
        {
            _services.Remove(ns);
        }
    }

    /// <summary>A ReplicaSet, StatefulSet or ReplicationController, or null where it is gone.</summary>
    public void SetController(string uid, JsonElement? controller)
    {
        if (controller is not { } present)
        {
            _byController.Remove(uid);
            return;
        }

        JsonElement selector = present.Member("spec").Member("selector");
        bool isMap = selector.Members().Any() && !selector.Member("matchLabels").IsPresent() && !selector.Member("matchExpressions").IsPresent();
        _byController[uid] = isMap
            ? new LabelSelector([.. selector.Members().Select(l => new LabelRequirement(l.Name, LabelOperator.In, [l.Value.Text()]))])
            : LabelSelectorReader.Read(selector, []) ?? LabelSelector.Everything;
    }

    /// <summary>Selects the company of the pod; null where it has none.</summary>
    public LabelSelector? Of(JsonElement pod)
    {
        JsonElement metadata = pod.Member("metadata");
        var requirements = new List<LabelRequirement>();
        if (_services.TryGetValue(metadata.Member("namespace").Text(), out SortedDictionary<string, LabelSelector>? services))
        {
            Dictionary<string, string> labels = metadata.Member("labels").Members().ToDictionary(l => l.Name, l => l.Value.Text(), StringComparer.Ordinal);
            requirements.AddRange(services.Values.Where(s => s.Matches(labels)).SelectMany(s => s.Requirements).DistinctBy(r => r.Key, StringComparer.Ordinal));
        }

        foreach (JsonElement owner in metadata.Member("ownerReferences").Items())
        {
            if (owner.Member("controller").IsTrue() && _byController.TryGetValue(owner.Member("uid").Text(), out LabelSelector? selector))
            {
                requirements.AddRange(selector.Requirements);
            }
        }

        return requirements.Count == 0 ? null : new LabelSelector(requirements);
    }
}
