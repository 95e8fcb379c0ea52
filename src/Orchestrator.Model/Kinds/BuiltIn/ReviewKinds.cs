using k8s.Models;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Questions about users and what they may do: posted, answered, not kept.</summary>
internal static class ReviewKinds
{
    private const string Authentication = "authentication.k8s.io";
    private const string Authorization = "authorization.k8s.io";

    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        New(Authentication, "v1", "TokenReview", typeof(V1TokenReview)),
        New(Authentication, "v1", "SelfSubjectReview", typeof(V1SelfSubjectReview)),

        // kubectl 1.27 asks whoami of the versions before v1; the type has not changed since.
        New(Authentication, "v1beta1", "SelfSubjectReview", typeof(V1SelfSubjectReview)),
        New(Authentication, "v1alpha1", "SelfSubjectReview", typeof(V1SelfSubjectReview)),
        New(Authorization, "v1", "SubjectAccessReview", typeof(V1SubjectAccessReview)),
        New(Authorization, "v1", "SelfSubjectAccessReview", typeof(V1SelfSubjectAccessReview)),
        New(Authorization, "v1", "SelfSubjectRulesReview", typeof(V1SelfSubjectRulesReview)),
        New(Authorization, "v1", "LocalSubjectAccessReview", typeof(V1LocalSubjectAccessReview)) with { Namespaced = true },
    ];

    private static ResourceKind New(string group, string version, string kind, Type type) => new()
    {
        Group = group,
        Version = version,
        Kind = kind,
        Plural = kind.ToLowerInvariant() + "s",
        Namespaced = false,
        ClrType = type,
        Verbs = ["create"],
    };
}
