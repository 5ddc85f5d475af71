using UserAdmin.Core.Branding;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Branding;

/// <summary>The rules are those of <see cref="Brand"/>.</summary>
internal sealed class BrandBody
{
    public string Name { get; set; } = Brand.Product;
    public string Colour { get; set; } = "";
    public string SenderName { get; set; } = "";
    public string SenderAddress { get; set; } = "";
    public string SupportAddress { get; set; } = "";

    public static BrandBody Of(Brand brand) => new() { Name = brand.Name, Colour = brand.Colour, SenderName = brand.SenderName, SenderAddress = brand.SenderAddress, SupportAddress = brand.SupportAddress };

    public Brand ToForm() => new() { Name = Name, Colour = Colour, SenderName = SenderName, SenderAddress = SenderAddress, SupportAddress = SupportAddress };
}

/// <summary><paramref name="Logo"/> is where the picture is; it is changed in the portal.</summary>
internal sealed record BrandingView(string Name, string Colour, string SenderName, string SenderAddress, string SupportAddress, string? Logo);

/// <summary>As whom the portal shows itself, over HTTP.</summary>
internal static class BrandApi
{
    public static void MapBrandApi(this RouteGroupBuilder api)
    {
        var branding = api.MapGroup("/branding").WithTags("Settings");
        branding.MapGet("", FindAsync).Needs(Permission.SettingsView).Answers<BrandingView>()
            .Describe("get_branding", "Read the branding", "Name, colour, sender and address for help, with the version for If-Match in ETag.");
        branding.MapPut("", (HttpContext http, Body<BrandBody> body, Policies policies, BrandService brands, Caller caller, CancellationToken cancel) =>
            SaveAsync(http, _ => (body.Value, null), policies, brands, caller, cancel)).Needs(Permission.SettingsEdit).Answers<BrandingView>()
            .Describe("replace_branding", "Replace the branding", "What is left out is that of the product.");
        branding.MapPatch("", (HttpContext http, Patch<BrandBody> patch, Policies policies, BrandService brands, Caller caller, CancellationToken cancel) =>
            SaveAsync(http, patch.ApplyTo, policies, brands, caller, cancel)).Needs(Permission.SettingsEdit).Answers<BrandingView>()
            .Describe("update_branding", "Change the branding", "Changes what is there and leaves the rest.");
        branding.MapDelete("", ResetAsync).Needs(Permission.SettingsEdit).AnswersNothing()
            .Describe("reset_branding", "Go back to the product's own branding", "The logo included.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, Policies policies, BrandService brands, CancellationToken cancel) => ApiAnswers.Record(http, (await ViewAsync(policies, brands, http, cancel)).View);

    private static async Task<IResult> SaveAsync(HttpContext http, Func<BrandBody, (BrandBody?, Func<HttpContext, IResult>?)> change, Policies policies, BrandService brands, Caller caller, CancellationToken cancel)
    {
        var (brand, stamp, view) = await ViewAsync(policies, brands, http, cancel);
        if (ApiAnswers.RefuseStale(http, view) is { } stale)
            return stale;
        var (mine, wrong) = change(BrandBody.Of(brand));
        if (mine is null || (wrong = ApiBody.Judge(mine.ToForm())) is not null)
            return wrong!(http);
        var saved = await policies.SaveAsync(mine.ToForm(), stamp, caller, cancel);
        return saved.Succeeded ? await FindAsync(http, policies, brands, cancel) : ApiAnswers.Refuse(http, saved.Problem);
    }

    private static async Task<IResult> ResetAsync(HttpContext http, Policies policies, BrandService brands, Caller caller, CancellationToken cancel)
    {
        var (_, stamp, view) = await ViewAsync(policies, brands, http, cancel);
        return ApiAnswers.RefuseStale(http, view) ?? ApiAnswers.Done(http, await brands.ResetAsync(stamp, caller, cancel));
    }

    private static async Task<(Brand Brand, string Stamp, BrandingView View)> ViewAsync(Policies policies, BrandService brands, HttpContext http, CancellationToken cancel)
    {
        var (brand, stamp) = await policies.GetWithStampAsync<Brand>(cancel);
        var logo = (await brands.ViewAsync(cancel)).Logo;
        return (brand, stamp, new(brand.Name, brand.Colour, brand.SenderName, brand.SenderAddress, brand.SupportAddress, logo is null ? null : ApiLists.Absolute(http, logo)));
    }
}
