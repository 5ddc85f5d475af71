using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;

namespace UserAdmin.Web.CustomFields;

internal sealed class CustomValuesBody
{
    [Required, Description("Values by the keys of the fields, as text: numbers like 12.5, days like 2026-11-21, flags as yes or null.")]
    public Dictionary<string, string?> Values { get; set; } = [];
}

internal sealed record CustomValueView(string Key, string Label, CustomFieldKind Kind, bool IsRequired, IReadOnlyList<string> Choices, string? Value, bool MayEdit)
{
    public static CustomValueView Of(CustomEntry entry) => new(entry.Field.Key, entry.Field.Label, entry.Field.Kind, entry.Field.IsRequired, entry.Field.ChoiceList, entry.Value, entry.MayEdit);
}

internal sealed record CustomValuesView(Guid UserId, IReadOnlyList<CustomValueView> Fields);

/// <summary>What people have in the custom fields, over HTTP.</summary>
internal static class CustomValueApi
{
    public static void MapCustomValueApi(this RouteGroupBuilder api)
    {
        var ofUser = api.MapGroup("/users/{id:guid}/custom-fields").WithTags("Custom fields").WithMetadata(new PartOfAttribute(Feature.CustomFields));
        ofUser.MapGet("", FindAsync).Needs(Permission.UsersView).Answers<CustomValuesView>()
            .Describe("get_user_custom_fields", "Read a user's profile fields", "Those in use that the caller may see, with the version for If-Match in ETag.");
        ofUser.MapPut("", (HttpContext http, Guid id, Body<CustomValuesBody> body, CustomValues values, UserDirectory users, Caller caller, CancellationToken cancel) =>
            EditAsync(http, id, body.Value, isWhole: true, values, users, caller, cancel)).Needs(Permission.UsersEdit).Answers<CustomValuesView>()
            .Describe("replace_user_custom_fields", "Replace a user's profile fields", "All that the caller may edit: what is left out is emptied.");
        ofUser.MapPatch("", (HttpContext http, Guid id, Body<CustomValuesBody> body, CustomValues values, UserDirectory users, Caller caller, CancellationToken cancel) =>
            EditAsync(http, id, body.Value, isWhole: false, values, users, caller, cancel)).Needs(Permission.UsersEdit).Answers<CustomValuesView>()
            .Describe("update_user_custom_fields", "Change a user's profile fields", "Only those that are named.");

        var own = api.MapGroup("/me/custom-fields").WithTags("Custom fields").WithMetadata(new PartOfAttribute(Feature.CustomFields));
        own.MapGet("", (HttpContext http, CustomValues values, UserDirectory users, Caller caller, CancellationToken cancel) => FindAsync(http, caller.UserId, values, users, caller, cancel)).Answers<CustomValuesView>()
            .Describe("get_my_custom_fields", "Read one's own profile fields", "Those that one may see, with the version for If-Match in ETag.");
        own.MapPut("", (HttpContext http, Body<CustomValuesBody> body, CustomValues values, UserDirectory users, Caller caller, CancellationToken cancel) =>
            EditAsync(http, caller.UserId, body.Value, isWhole: true, values, users, caller, cancel)).Answers<CustomValuesView>()
            .Describe("replace_my_custom_fields", "Replace one's own profile fields", "All that one may edit: what is left out is emptied.");
        own.MapPatch("", (HttpContext http, Body<CustomValuesBody> body, CustomValues values, UserDirectory users, Caller caller, CancellationToken cancel) =>
            EditAsync(http, caller.UserId, body.Value, isWhole: false, values, users, caller, cancel)).Answers<CustomValuesView>()
            .Describe("update_my_custom_fields", "Change one's own profile fields", "Only those that are named.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, CustomValues values, UserDirectory users, Caller caller, CancellationToken cancel) =>
        await IsThereAsync(id, users, caller, cancel) ? ApiAnswers.Record(http, ViewOf(id, await values.ListAsync(id, caller, cancel))) : ApiAnswers.NotFound(http);

    private static async Task<IResult> EditAsync(HttpContext http, Guid id, CustomValuesBody body, bool isWhole, CustomValues values, UserDirectory users, Caller caller, CancellationToken cancel)
    {
        if (!await IsThereAsync(id, users, caller, cancel))
            return ApiAnswers.NotFound(http);
        var current = await values.ListAsync(id, caller, cancel);
        if (ApiAnswers.RefuseStale(http, ViewOf(id, current)) is { } stale)
            return stale;
        var (original, mine) = (current.Where(entry => entry.MayEdit).ToDictionary(entry => entry.Field.Id, entry => entry.Value), new Dictionary<Guid, string?>());
        foreach (var (field, value) in original)
            mine[field] = isWhole ? null : value;
        foreach (var (key, value) in body.Values)
            if (current.FirstOrDefault(entry => entry.Field.Key == key) is { } entry)
                mine[entry.Field.Id] = value;
            else
                return ApiAnswers.Invalid(http, Text.Shorten(key, 80), "There is no such field, or it can't be set here.");
        var edited = await values.EditAsync(id, mine, original, caller, cancel);
        return !edited.Succeeded ? ApiAnswers.Refuse(http, edited.Problem)
            : edited.Value.Wrong.Count > 0 ? ApiAnswers.Invalid(http, edited.Value.Wrong.ToDictionary(wrong => current.First(entry => entry.Field.Id == wrong.Key).Field.Key, wrong => new[] { wrong.Value }))
            : edited.Value.Conflicts.Count > 0 ? ApiAnswers.Refuse(http, new(ProblemKind.Conflict, "user.conflict", "Somebody else changed the same fields at this moment. Read them again."))
            : await FindAsync(http, id, values, users, caller, cancel);
    }

    private static async Task<bool> IsThereAsync(Guid id, UserDirectory users, Caller caller, CancellationToken cancel) => id == caller.UserId || await users.FindAsync(id, caller, cancel) is not null;

    private static CustomValuesView ViewOf(Guid id, IReadOnlyList<CustomEntry> entries) => new(id, [.. entries.Select(CustomValueView.Of)]);
}
