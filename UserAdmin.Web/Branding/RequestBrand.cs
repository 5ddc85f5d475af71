using System.Data.Common;
using Microsoft.AspNetCore.Components.Endpoints;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Settings;

namespace UserAdmin.Web.Branding;

/// <summary>What a page shows of the brand.</summary>
internal sealed record RequestBrand(BrandView View, BrandPalette? Palette)
{
    private static readonly RequestBrand Usual = new(BrandView.Usual, null);

    public static RequestBrand Of(HttpContext http) => http.Features.Get<RequestBrand>() ?? Usual;

    /// <summary>
    /// Reads the brand before a page is rendered. The root of the pages must not wait for anything: what it renders twice renders its forms twice. A page that says
    /// what is wrong with the database needs none.
    /// </summary>
    internal static async Task ReadAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
            try
            {
                var services = http.RequestServices;
                http.Features.Set(new RequestBrand(
                    await services.GetRequiredService<BrandService>().ViewAsync(http.RequestAborted),
                    (await services.GetRequiredService<Policies>().GetAsync<Brand>(http.RequestAborted)).Palette));
            }
            catch (Exception failure) when (failure is DbException or TimeoutException or InvalidOperationException)
            {
                http.Features.Set(Usual);
            }
        await next(http);
    }
}

internal static class Brands
{
    public static void UseBrand(this WebApplication app) => app.Use(next => http => RequestBrand.ReadAsync(http, next));
}
