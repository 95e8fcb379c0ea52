namespace Orchestrator.Scheduling.Reading;

/// <summary>One spelling for each image: nodes tell full names, pods name images as people write them.</summary>
internal static class ImageName
{
    private const string DefaultRegistry = "docker.io/";

    /// <summary>Adds the tag <c>latest</c> where there is none, takes away the default registry.</summary>
    public static string Normalize(string name)
    {
        string rest = name.StartsWith(DefaultRegistry, StringComparison.Ordinal) ? name[DefaultRegistry.Length..] : name;
        rest = rest.StartsWith("library/", StringComparison.Ordinal) ? rest["library/".Length..] : rest;
        bool hasTag = rest.AsSpan(rest.LastIndexOf('/') + 1).ContainsAny(':', '@');
        return hasTag ? rest : rest + ":latest";
    }
}
