using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.CustomFields;

internal sealed record CustomFieldView(
    [property: Fixed] Guid Id, string Key, string Label, string? Help, CustomFieldKind Kind, bool IsRequired, string? Pattern, decimal? Minimum, decimal? Maximum, string? Choices, CustomFieldAudience VisibleTo, bool OwnerMayEdit,
    bool IsInList, [property: Fixed] int Position, [property: Fixed] bool IsRetired, DateTimeOffset CreatedAt)
{
    // The number of values is left out: the version must not change with them.
    public static CustomFieldView Of(CustomFieldRow row) => Of(row.Field);

    private static CustomFieldView Of(CustomField field) => new(
        field.Id, field.Key, field.Label, field.Help, field.Kind, field.IsRequired, field.Pattern, field.Minimum, field.Maximum, field.Choices, field.VisibleTo, field.OwnerMayEdit, field.IsInList, field.Position,
        field.RetiredAt is not null, field.CreatedAt);
}

/// <summary>The definitions of profile fields over HTTP.</summary>
internal static class CustomFieldApi
{
    public static void MapCustomFieldApi(this RouteGroupBuilder api)
    {
        var fields = api.MapGroup("/custom-fields").WithTags("Custom fields");
        fields.MapGet("", ListAsync).Needs(Permission.CustomFieldsEdit).Answers<Paged<CustomFieldView>>()
            .Describe("list_custom_fields", "List profile fields", "In their order, retired ones last.");
        fields.MapPost("", CreateAsync).Needs(Permission.CustomFieldsEdit).Idempotent().Answers<CustomFieldView>(StatusCodes.Status201Created)
            .Describe("create_custom_field", "Define a profile field", "Key and kind stay as they are from then on. `choices` has one in each line.");
        fields.MapGet("/{id:guid}", FindAsync).Needs(Permission.CustomFieldsEdit).Answers<CustomFieldView>()
            .Describe("get_custom_field", "Read a profile field", "One definition, with the version for If-Match in ETag.");
        fields.MapPut("/{id:guid}", ReplaceAsync).Needs(Permission.CustomFieldsEdit).Answers<CustomFieldView>()
            .Describe("replace_custom_field", "Replace a profile field", "Key and kind must be those that it has.");
        fields.MapPatch("/{id:guid}", ChangeAsync).Needs(Permission.CustomFieldsEdit).Answers<CustomFieldView>()
            .Describe("update_custom_field", "Change a profile field", "Changes what is there and leaves the rest; not key and kind.");
        fields.MapDelete("/{id:guid}", RemoveAsync).Needs(Permission.CustomFieldsEdit).AnswersNothing()
            .Describe("delete_custom_field", "Remove a retired profile field", "With everybody's values, for good.");
        MapAct(fields, "retire", "Retire a profile field", "It is no longer shown or asked for; its values are kept.", (service, id, actor, cancel) => service.RetireAsync(id, actor, cancel));
        MapAct(fields, "restore", "Bring a retired profile field back", "With the values that were kept.", (service, id, actor, cancel) => service.BringBackAsync(id, actor, cancel));
        MapAct(fields, "move-up", "Move a profile field up", "It swaps places with the one before it.", (service, id, actor, cancel) => service.MoveUpAsync(id, actor, cancel));
    }

    private static void MapAct(RouteGroupBuilder fields, string name, string summary, string description, Func<CustomFieldService, Guid, Actor, CancellationToken, Task<Result>> act) =>
        fields.MapPost($"/{{id:guid}}/{name}", async (HttpContext http, Guid id, CustomFieldService service, Caller caller, CancellationToken cancel) =>
            await act(service, id, caller, cancel) is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem) : await FindAsync(http, id, service, caller, cancel))
            .Needs(Permission.CustomFieldsEdit).Answers<CustomFieldView>().Describe($"{name.Replace('-', '_')}_custom_field", summary, description);

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, CustomFieldService fields, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await fields.ListAsync(caller, cancel), CustomFieldView.Of);

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, CustomFieldService fields, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await RowAsync(id, fields, caller, cancel), CustomFieldView.Of);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<CustomFieldForm> body, CustomFieldService fields, Caller caller, CancellationToken cancel)
    {
        if (await fields.CreateAsync(body.Value, caller, cancel) is { Succeeded: false } refused)
            return ApiAnswers.Refuse(http, refused.Problem);
        var made = (await fields.ListAsync(caller, cancel)).First(row => row.Field.Key == body.Value.Key);
        return ApiAnswers.Created(http, $"/api/v1/custom-fields/{made.Field.Id}", CustomFieldView.Of(made));
    }

    private static Task<IResult> ReplaceAsync(HttpContext http, Guid id, Put<CustomFieldForm, CustomFieldView> put, CustomFieldService fields, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, put, fields, caller, cancel);

    private static Task<IResult> ChangeAsync(HttpContext http, Guid id, Patch<CustomFieldForm, CustomFieldView> patch, CustomFieldService fields, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, patch, fields, caller, cancel);

    private static async Task<IResult> EditAsync(HttpContext http, Guid id, Edit<CustomFieldForm, CustomFieldView> edit, CustomFieldService fields, Caller caller, CancellationToken cancel)
    {
        if (await RowAsync(id, fields, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (edit.Refuse(http, CustomFieldView.Of(current)) is { } refused)
            return refused;
        var (mine, wrong) = edit.ApplyTo(CustomFieldForm.Of(current.Field));
        if (mine is null)
            return wrong!(http);
        if (mine.Key != current.Field.Key || mine.Kind != current.Field.Kind)
            return ApiAnswers.Invalid(http, mine.Key != current.Field.Key ? "key" : "kind", "This stays as it was when the field was made.");
        var edited = await fields.EditAsync(id, current.Field.ConcurrencyStamp, mine, caller, cancel);
        return edited.Succeeded ? await FindAsync(http, id, fields, caller, cancel) : ApiAnswers.Refuse(http, edited.Problem);
    }

    private static async Task<IResult> RemoveAsync(HttpContext http, Guid id, CustomFieldService fields, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await fields.RemoveAsync(id, caller, cancel));

    // There are a hundred at most.
    private static async Task<CustomFieldRow?> RowAsync(Guid id, CustomFieldService fields, Actor actor, CancellationToken cancel) =>
        (await fields.ListAsync(actor, cancel)).FirstOrDefault(row => row.Field.Id == id);
}
