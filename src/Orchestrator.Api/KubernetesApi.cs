using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Api.Verbs;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api;

/// <summary>Composition of the Kubernetes API.</summary>
public static class KubernetesApi
{
    /// <summary>
    /// Registers the API over the <c>IObjectStore</c> of the container. Authenticators, authorizers, admission rules, absorbers and subresources are
    /// collected from the container: register them as singletons of their interfaces. Their order of registration is the order in which they are asked.
    /// </summary>
    public static IServiceCollection AddKubernetesApi(this IServiceCollection services, KindRegistry kinds, Action<ApiOptions>? configure = null)
    {
        var options = new ApiOptions();
        configure?.Invoke(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(kinds);
        services.AddSingleton(options);
        services.AddSingleton<VerbRouter>();
        services.AddSingleton<ApiPipeline>();
        return services;
    }

    /// <summary>Puts the API's pipeline into the application. What is mapped after it is reached only by authenticated and authorized requests.</summary>
    public static IApplicationBuilder UseKubernetesApi(this IApplicationBuilder app)
    {
        var pipeline = app.ApplicationServices.GetRequiredService<ApiPipeline>();
        return app.Use(next => context => pipeline.HandleAsync(context, next));
    }
}
