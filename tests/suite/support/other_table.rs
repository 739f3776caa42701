//! Changes by another program to the table named `other`.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};

use super::world::World;

impl World {
    /// Enables TTL on this attribute.
    pub(crate) async fn enable_ttl_of_other(&self, attribute: &str) {
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build().unwrap();
        let request = self.backend.update_time_to_live().table_name(&self.other).time_to_live_specification(ttl);
        request.send().await.unwrap();
    }

    /// Enables deletion protection.
    pub(crate) async fn protect_other(&self) {
        let request = self.backend.update_table().table_name(&self.other).deletion_protection_enabled(true);
        request.send().await.unwrap();
    }

    /// Replaces the table by one with this partition key (S) and sort key (N).
    pub(crate) async fn make_other_anew(&self, (partition, sort): (&str, &str)) {
        self.backend.delete_table().table_name(&self.other).send().await.unwrap();
        let mut request = self.backend.create_table().table_name(&self.other).billing_mode(BillingMode::PayPerRequest);
        for (name, of_type, kind) in
            [(partition, ScalarAttributeType::S, KeyType::Hash), (sort, ScalarAttributeType::N, KeyType::Range)]
        {
            let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(of_type).build();
            let element = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
            request = request.attribute_definitions(definition.unwrap()).key_schema(element.unwrap());
        }
        request.send().await.unwrap();
    }

    /// Stores an item, whatever the keys are.
    pub(crate) async fn put_into_other<'a>(&self, fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) {
        let item = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.backend.put_item().table_name(&self.other).set_item(Some(item)).send().await.unwrap();
    }
}
