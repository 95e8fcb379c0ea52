using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Admission.Rules;

namespace Orchestrator.Api.Admission;

/// <summary>Every rule on writes, in the order in which they run: first who may, then whether there is a place for it, then what a pod's references mean.</summary>
public static class AdmissionOrder
{
    public static IServiceCollection AddAdmissionRules(this IServiceCollection services) => services
        .AddSingleton<IAdmissionRule, NodeRestriction>()
        .AddSingleton<IAdmissionRule, NamespaceLifecycle>()
        .AddSingleton<IAdmissionRule, PodServiceAccount>()
        .AddSingleton<IAdmissionRule, PodPriority>()
        .AddSingleton<IAdmissionRule, PodRuntimeClass>();
}
