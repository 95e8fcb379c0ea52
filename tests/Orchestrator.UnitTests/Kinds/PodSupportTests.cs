using System.Reflection;
using System.Text.Json.Serialization;
using Orchestrator.Model.Kinds;

namespace Orchestrator.UnitTests.Kinds;

public sealed class PodSupportTests
{
    public static TheoryData<string> Types => [.. PodSupport.All.Select(s => s.Type.Name)];

    /// <summary>A field that a newer API adds must be put on one of the lists.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Every_field_of_the_type_is_decided_upon(string type)
    {
        FieldSupport support = PodSupport.All.Single(s => s.Type.Name == type);
        IEnumerable<string> fields = support.Type.GetProperties()
            .Select(p => p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name).OfType<string>();
        Assert.Equal(fields.Order(StringComparer.Ordinal), support.Supported.Concat(support.Unsupported).Order(StringComparer.Ordinal));
    }
}
