namespace Orchestrator.Api.OpenApi;

/// <summary>Names of definitions that are not read from a type.</summary>
internal static class DefinitionNames
{
    public const string Patch = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

    /// <summary>Name of the list of a kind.</summary>
    public static string ListOf(string item) => item + "List";
}
