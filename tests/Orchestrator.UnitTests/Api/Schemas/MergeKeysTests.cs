using k8s.Models;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Hypervisors;
using Orchestrator.Model.Schemas;

namespace Orchestrator.UnitTests.Api.Schemas;

/// <summary>The table of merge facts fits the types that it is about, and says of the best-known fields what Kubernetes' API reference says.</summary>
public sealed class MergeKeysTests
{
    private static readonly FieldSchemas Schemas = new();

    private static readonly Dictionary<string, Type> Types =
        typeof(V1Pod).Assembly.GetTypes().Append(typeof(V1HypervisorStatus)).Where(t => t.IsPublic).DistinctBy(t => t.Name).ToDictionary(t => t.Name);

    [Fact]
    public void Every_fact_is_of_a_field_that_exists_and_every_key_of_a_member_of_its_elements()
    {
        var wrong = new List<string>();
        foreach (var (typeName, field) in MergeKeys.All)
        {
            if (!Types.TryGetValue(typeName, out var type))
            {
                wrong.Add(typeName);
            }
            else if (field != "." && !Schemas.Of(type).Properties.ContainsKey(field))
            {
                wrong.Add($"{typeName}.{field}");
            }
            else if (field != "." && Schemas.Of(type).Properties[field] is { } property)
            {
                var keys = property.ListMapKeys.Concat(property.MergeKey is { Length: > 0 } key ? [key] : []);
                wrong.AddRange(keys.Where(k => property.Schema.Element?.Properties.ContainsKey(k) != true).Select(k => $"{typeName}.{field}: {k}"));
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Lists_with_keys_sets_atomic_lists_and_atomic_objects_are_told_apart()
    {
        var pod = Schemas.Of(typeof(V1PodSpec)).Properties;
        var ports = Schemas.Of(typeof(V1Container)).Properties["ports"];

        Assert.Equal((ListType.Map, "name"), (pod["containers"].ListType, pod["containers"].MergeKey));
        Assert.Equal(["containerPort", "protocol"], ports.ListMapKeys);
        Assert.Equal("containerPort", ports.MergeKey);
        Assert.Equal("TCP", ports.Schema.Element!.Properties["protocol"].Default!.GetValue<string>());
        Assert.Equal((ListType.Atomic, null), (pod["tolerations"].ListType, pod["tolerations"].MergeKey));
        Assert.True(pod["nodeSelector"].IsAtomicMap);
        Assert.True(pod["volumes"].RetainsKeys);
        Assert.Equal((ListType.Set, MergeKeys.Set), (Finalizers.ListType, Finalizers.MergeKey));
        Assert.True(Schemas.Of(typeof(V1LabelSelector)).IsAtomic);
        Assert.False(Schemas.Of(typeof(V1PersistentVolumeSpec)).Properties["claimRef"].IsAtomicMap);
        Assert.True(Schemas.Of(typeof(V1PodDisruptionBudgetSpec)).Properties["selector"].ReplacedByPatches);
    }

    private static FieldProperty Finalizers => Schemas.Of(typeof(V1ObjectMeta)).Properties["finalizers"];
}
