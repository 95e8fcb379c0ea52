namespace Orchestrator.Api.OpenApi;

/// <summary>How the two versions of OpenAPI differ where both say the same.</summary>
/// <param name="IsVersion3">False for version 2.</param>
/// <param name="RefPrefix">What references begin with.</param>
internal sealed record OpenApiDialect(bool IsVersion3, string RefPrefix)
{
    public static readonly OpenApiDialect V2 = new(false, "#/definitions/");

    public static readonly OpenApiDialect V3 = new(true, "#/components/schemas/");
}
